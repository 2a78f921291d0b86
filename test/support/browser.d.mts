/** A Chromium of this machine; `undefined`: there is none, and `reasons` has the causes. */
export function chromiumPath(reasons?: string[]): Promise<string | undefined>
