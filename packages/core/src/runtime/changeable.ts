/** Whether it is an object or a function, which can change while it stays the same. */
export function isChangeable(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
