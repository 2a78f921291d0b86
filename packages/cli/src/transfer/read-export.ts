import { ioRefusal, Refusal } from '../errors/cli-error.ts'
import { oneLine } from '../output/output.ts'
import { readLine } from './export-format.ts'
import { fileBytes } from './file-bytes.ts'
import { splitLines } from './split-lines.ts'
import type { Parcel } from './transfer.ts'

/** What a file turned out to hold besides entries. */
export interface Found {
  /** Lines that could not be read. */
  bad: number
  /** Entries. */
  read: number
  /** The last line was there, and counted as many entries as there were. */
  ended: boolean
}

/** The entries of an exported file. What is wrong with a line is noted, and the others are read all the same. */
export async function* parcelsIn(file: string, found: Found, note: (text: string) => void): AsyncGenerator<Parcel> {
  const name = file === '-' ? 'standard input' : oneLine(file)
  let number = 0
  // Exports may stand behind each other, each with its own count.
  let before = 0
  try {
    for await (const text of splitLines(fileBytes(file))) {
      number++
      if (text === '') continue
      const line = read(text)
      if (typeof line === 'string') {
        if (number === 1) throw new Refusal(`${name} was not written by persist export: ${line}`)
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
        yield line.parcel
      }
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    const refusal = ioRefusal(`${name} cannot be read`, error)
    if (number === 0) throw refusal
    found.ended = false
    note(refusal.message)
  }
}

/** What stands in a line, or what is wrong with it. */
function read(text: string | undefined): ReturnType<typeof readLine> | string {
  if (text === undefined) return 'the line is too long'
  try {
    return readLine(text)
  } catch (error) {
    return (error as Error).message
  }
}
