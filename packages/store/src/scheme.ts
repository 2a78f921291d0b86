import { OptionError } from '@persist/errors'

// RFC 3986, section 3.1.
const SCHEME = /^[a-z][a-z0-9+.-]*$/

/**
 * The scheme of a cache URL, in lower case. Text without `://` is a folder: `file`.
 *
 * @throws OptionError if what stands before `://` is no scheme.
 * @example
 * ```ts
 * schemeOf('mongodb+srv://db.example/app')   // 'mongodb+srv'
 * schemeOf('./results')                      // 'file'
 * ```
 */
export function schemeOf(cache: string | URL): string {
  const text = String(cache)
  const end = text.indexOf('://')
  return end < 0 ? 'file' : checkedScheme(text.slice(0, end))
}

/**
 * What follows `scheme://`: the folder of a file URL, the rest of any other. Taken as written, since `file://persist` is
 * a relative folder here and not a host.
 *
 * @example
 * ```ts
 * afterScheme('lmdb://results/today')   // 'results/today'
 * afterScheme('./results')              // './results'
 * ```
 */
export function afterScheme(cache: string | URL): string {
  const text = String(cache)
  const end = text.indexOf('://')
  return end < 0 ? text : text.slice(end + '://'.length)
}

/** The scheme in lower case; throws `OptionError` for what can be none: it must never lead to a path or a package unchecked. */
export function checkedScheme(scheme: string): string {
  const lower = scheme.toLowerCase()
  if (SCHEME.test(lower)) return lower
  throw new OptionError(`${JSON.stringify(scheme)} is no scheme: letters, digits, +, . and -, a letter first`, {
    option: 'cache',
  })
}
