/** Whether a value is mutable: an object or a function. */
export function isChangeable(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
