import { CliError, ioError } from '../exit.ts'
import { oneLine } from '../output.ts'
import { fileBytes } from './file-bytes.ts'
import { readLine } from './lines.ts'
import { splitLines } from './split-lines.ts'
import type { TransferItem } from './transfer.ts'

/** Counts what was found in a file. */
export interface Found {
  /** The number of lines that could not be read. */
  bad: number
  /** The number of entries. */
  read: number
  /** Whether there was a last line with the right number of entries. */
  ended: boolean
}

/** The entries of an exported file. Notes an invalid line and continues with the next one. */
export async function* itemsIn(file: string, found: Found, note: (text: string) => void): AsyncGenerator<TransferItem> {
  const name = file === '-' ? 'standard input' : oneLine(file)
  let number = 0
  // A file may contain several exports one after the other, each with its own count.
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
    const refusal = ioError(`${name} cannot be read`, error)
    if (number === 0) throw refusal
    found.ended = false
    note(refusal.message)
  }
}

/** The content of a line, or the reason why it is invalid. */
function read(text: string | undefined): ReturnType<typeof readLine> | string {
  if (text === undefined) return 'the line is too long'
  try {
    return readLine(text)
  } catch (error) {
    return (error as Error).message
  }
}
