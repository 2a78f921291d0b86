/** The value of `exports` or `imports` in a package.json. */
export type ExportsMap = unknown

/**
 * The targets of a name in `exports` or `imports`, under all conditions but `types`: which of them the running program uses
 * depends on its host and its flags. An empty list: the name is not there.
 *
 * The patterns are those of https://nodejs.org/api/packages.html#subpath-patterns: the one with the longest part before `*` wins,
 * and of several with that part the longest one.
 */
export function targetsOf(map: ExportsMap, name: string): string[] {
  return chosenFrom(map, name).targets
}

/** The targets, and the value that chooses among them, without types. */
export function chosenFrom(map: ExportsMap, name: string): { readonly targets: string[]; readonly choice: string } {
  const none = { targets: [], choice: '' }
  const entries = isObject(map) ? Object.entries(map) : []
  const hasNames = entries.some(([key]) => /^[.#]/.test(key))
  if (!hasNames) return name === '.' ? { targets: leaves(map), choice: choiceOf(map) } : none
  const exact = entries.find(([key]) => key === name && !key.includes('*'))
  if (exact !== undefined) return { targets: leaves(exact[1]), choice: choiceOf(exact[1]) }
  let best: { readonly prefix: string; readonly suffix: string; readonly value: unknown } | undefined
  for (const [key, value] of entries) {
    // A key that ends in a slash is the older form of a pattern.
    const [prefix, suffix, ...more] = (key.endsWith('/') ? `${key}*` : key).split('*')
    if (prefix === undefined || suffix === undefined || more.length > 0) continue
    if (!name.startsWith(prefix) || !name.endsWith(suffix) || name.length < prefix.length + suffix.length) continue
    const longer = prefix.length - (best?.prefix.length ?? -1) || suffix.length - best!.suffix.length
    if (longer > 0) best = { prefix, suffix, value }
  }
  if (best === undefined) return none
  const star = name.slice(best.prefix.length, name.length - best.suffix.length)
  const targets = leaves(best.value).map((one) => (one.endsWith('/') ? one + star : one.replaceAll('*', star)))
  return { targets, choice: choiceOf(best.value) }
}

/** The order of conditions counts. */
function choiceOf(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => (/^types\b/.test(key) ? undefined : one)) ?? ''
}

/** Whether a map, in JSON, names a condition. */
export function namesCondition(map: string, condition: string): boolean {
  return map.includes(`${JSON.stringify(condition)}:`)
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([condition, target]) => (/^types\b/.test(condition) ? [] : leaves(target)))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
