import { HashError } from '@persist/errors'

/** What a store adds to a name. */
export interface FileNameOptions {
  /** Bytes of the longest ending that the store puts behind the name. Default: 0. */
  readonly suffixBytes?: number
}

const MOST_BYTES = 255
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[/\\:*?"<>|\u0000-\u001f\u007f]/
/** Devices of Windows, with any extension and in any case: learn.microsoft.com, "Naming Files, Paths, and Namespaces". */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i

/**
 * Why a text cannot name a file on Linux, macOS and Windows alike; `undefined` if it can. Names that differ only in
 * case are told apart by the entry's own header, not here.
 */
export function fileNameProblem(name: string, options: FileNameOptions = {}): string | undefined {
  if (name === '') return 'it is empty'
  if (name.startsWith('.')) return 'it begins with a dot'
  const forbidden = FORBIDDEN.exec(name)
  if (forbidden !== null) return `it holds ${JSON.stringify(forbidden[0])}`
  if (/[. ]$/.test(name)) return 'it ends with a dot or a space'
  if (DEVICE.test(name)) return 'Windows reserves it for a device'
  if (/\p{Surrogate}/u.test(name)) return 'it holds half a surrogate pair'
  if (name.normalize('NFC') !== name) return 'macOS would fold it to its composed form (NFC)'
  if (Buffer.byteLength(name) + (options.suffixBytes ?? 0) > MOST_BYTES) return 'it is too long'
  return undefined
}

/**
 * Refuses a text that cannot name a file.
 *
 * @throws HashError that says why.
 */
export function checkFileName(name: string, options: FileNameOptions = {}): void {
  const problem = fileNameProblem(name, options)
  if (problem === undefined) return
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
  throw new HashError(`the hash ${shown} cannot name a file: ${problem}`, name)
}
