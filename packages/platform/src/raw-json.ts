/**
 * Whether an object stands for a text in JSON: `JSON.rawJSON` makes it, and JSON.stringify writes its text. It looks like an object
 * without a prototype.
 */
export function isRawJson(object: object): boolean {
  return (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(object) === true
}
