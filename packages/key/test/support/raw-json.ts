/** JSON.rawJSON of ES2026, which Node 20 lacks. */
export function rawJson(text: string): object {
  const { rawJSON } = JSON as { rawJSON?: (text: string) => object }
  if (rawJSON !== undefined) return rawJSON(text)
  const raw = Object.freeze(Object.assign(Object.create(null), { rawJSON: text }))
  const { isRawJSON } = JSON as { isRawJSON?: (value: unknown) => boolean }
  Object.assign(JSON, { isRawJSON: (value: unknown) => value === raw || isRawJSON?.(value) === true })
  return raw
}
