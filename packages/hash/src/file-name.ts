import { HashError } from '@persist/errors'
import { utf8Length } from '@persist/platform'

/** The use of a name. */
export interface FileNameOptions {
  /** How many bytes the store adds to the name: an extension, a temporary suffix. Default: 0. */
  readonly suffixBytes?: number
}

/** The limit is 255 bytes on Linux, and 255 UTF-16 code units (never more than the bytes) on macOS and Windows. */
const LONGEST_NAME = 255

/** Most names match this. */
const ORDINARY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
const FORBIDDEN = /[/\\:*?"<>|]/

/**
 * The names of devices on Windows, with any extension and in any case. Superscript digits count as digits.
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Why a string cannot be the name of a file on each of Linux, macOS and Windows. `undefined` if it can.
 *
 * The function refuses an empty name, a leading dot (such names are hidden, and `.` and `..` are folders), a trailing dot or
 * space, `/ \ : * ? " < > |`, control characters, names of devices (`CON`, `nul.txt`, `COM1`), more than 255 bytes including
 * the suffix of the store, lone surrogates, and names that are not in Unicode normal form NFC: systems that decompose names
 * would confuse such a name with its NFC form. Two names that differ only in case are both fine: if they share one file, the
 * header of the entry says to which name it belongs.
 *
 * @example
 * ```ts
 * fileNameProblem('2_to_the_power_of_4')                        // undefined
 * fileNameProblem('a/b')                                        // 'it has a "/"'
 * fileNameProblem('x'.repeat(250), { suffixBytes: 6 })          // 'with the suffix of the store it has 256 bytes, more than 255'
 * ```
 */
export function fileNameProblem(name: string, options: FileNameOptions = {}): string | undefined {
  if (!ORDINARY.test(name)) {
    const problem = characterProblem(name)
    if (problem !== undefined) return problem
  }
  if (name.endsWith('.') || name.endsWith(' ')) return `it ends in ${name.endsWith('.') ? 'a dot' : 'a space'}`
  if (DEVICE.test(name)) return 'Windows gives this name to a device'
  const bytes = utf8Length(name) + (options.suffixBytes ?? 0)
  if (bytes > LONGEST_NAME) return `with the suffix of the store it has ${bytes} bytes, more than ${LONGEST_NAME}`
  return undefined
}

/** Throws a `HashError` for a string with a {@link fileNameProblem}. */
export function checkFileName(name: string, options?: FileNameOptions): void {
  const problem = fileNameProblem(name, options)
  if (problem === undefined) return
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  throw new HashError(`the hash ${shown} cannot name a file on every system: ${problem}`, name)
}

function characterProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.startsWith('.')) return 'it begins with a dot'
  const forbidden = FORBIDDEN.exec(name) ?? CONTROL.exec(name)
  if (forbidden) return `it has a ${JSON.stringify(forbidden[0])}`
  if (LONE_SURROGATE.test(name)) return 'it has half of a surrogate pair'
  if (name.normalize('NFC') !== name) return 'it is not in Unicode normal form NFC'
  return undefined
}
