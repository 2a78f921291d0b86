export const MODERN: Readonly<Record<string, () => object>>
export function isHere(name: string): boolean
export function facts(value: unknown): string
