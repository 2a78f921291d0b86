/** A Chromium of this machine; `undefined`: there is none, and `reasons` tells why. */
export function chromiumPath(reasons?: string[]): Promise<string | undefined>
