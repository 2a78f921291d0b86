export function holds(claim: string, actual: string): boolean
export function shownAs(value: unknown): string
