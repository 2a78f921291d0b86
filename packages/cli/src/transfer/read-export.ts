import { CliError, ioError } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { readLine } from './export-format.ts'
import { fileBytes } from './file-bytes.ts'
import { splitLines } from './split-lines.ts'
import type { TransferItem } from './transfer-item.ts'

/** What is known of a file besides its entries. */
export interface FileFindings {
  /** Lines that could not be read. */
  bad: number
  /** Entries. */
  read: number
  /** The last line was there, and its count of entries was right. */
  ended: boolean
}

/** The entries of an exported file. A line that cannot be read is noted and skipped. */
export async function* itemsIn(
  file: string,
  found: FileFindings,
  note: (text: string) => void,
): AsyncGenerator<TransferItem> {
  const name = file === '-' ? 'standard input' : oneLine(file)
  let number = 0
  // A file may hold several exports, one after the other, each with its own count.
  let before = 0
  try {
    for await (const text of splitLines(fileBytes(file))) {
      number++
      if (text === '') continue
      const line = read(text)
      if (typeof line === 'string') {
        if (number === 1) throw new CliError(`${name} was not written by persist export: ${line}`)
        found.bad++
        found.ended = false
        note(`${name}, line ${number}: ${line}`)
      } else if (line.kind === 'start') {
        before = found.read + found.bad
        found.ended = false
      } else if (line.kind === 'end') {
        found.ended = line.entries === found.read + found.bad - before
      } else {
        found.read++
        found.ended = false
        yield line.item
      }
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    const problem = ioError(`${name} cannot be read`, error)
    if (number === 0) throw problem
    found.ended = false
    note(problem.message)
  }
}

/** The content of a line, or the reason why it cannot be read. */
function read(text: string | undefined): ReturnType<typeof readLine> | string {
  if (text === undefined) return 'the line is too long'
  try {
    return readLine(text)
  } catch (error) {
    return (error as Error).message
  }
}
