import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { EXIT, type ExitCode, Refusal } from '../exit.ts'
import { interruptible } from '../interruption.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import type { Session } from '../session.ts'
import { readLine } from '../transfer/lines.ts'
import { type Parcel, transfer, type Winner } from '../transfer/transfer.ts'
import { done, limited, told } from './copy.ts'

/** What a file turned out to hold besides entries. */
interface Found {
  bad: number
  read: number
  ended: boolean
}

/** `persist import`: the entries of an exported file into a store; `-` is standard input. */
export async function importEntries(
  session: Session,
  file: string,
  { winner }: { readonly winner: Winner },
): Promise<ExitCode> {
  const target = session.open('change')
  const note = limited(session)
  const found: Found = { bad: 0, read: 0, ended: false }
  const progress = await startProgress(session, 'importing', 0)
  const { tally, interrupted } = await interruptible(async (signal) => {
    try {
      const tally = await transfer(parcelsIn(file, found, note), target, {
        winner,
        signal,
        progress: (sofar, funcname) => progress.at(done(sofar), oneLine(funcname)),
        refused: ({ funcname, entry }, error) => note(`${funcname} ${entry.hash}: ${error.message}`),
      })
      return { tally, interrupted: signal.aborted }
    } finally {
      progress.end()
    }
  })
  const truncated = !found.ended && !interrupted
  await session.output.answer({ ...tally, bad: found.bad, truncated, interrupted }, () => told(tally, 0))
  if (truncated) session.output.note('the file has no end: it was cut off, or is still being written')
  if (interrupted) return EXIT.interrupted
  return found.bad + tally.failed === 0 && !truncated ? EXIT.fine : EXIT.no
}

async function* parcelsIn(file: string, found: Found, note: (text: string) => void): AsyncGenerator<Parcel> {
  let number = 0
  for await (const text of linesIn(file)) {
    number++
    if (text === '') continue
    try {
      const line = readLine(text)
      if (line.kind === 'entry') {
        found.read++
        yield line.parcel
      } else if (line.kind === 'end') {
        found.ended = line.entries === found.read + found.bad
      }
    } catch (error) {
      if (number === 1) throw new Refusal(`${file} was not written by persist export: ${(error as Error).message}`)
      found.bad++
      note(`${file}, line ${number}: ${(error as Error).message}`)
    }
  }
}

function linesIn(file: string): AsyncIterable<string> {
  const bytes = file === '-' ? process.stdin : createReadStream(file)
  if (!file.endsWith('.gz')) return splitLines(bytes)
  const plain = createGunzip()
  // What fails on the way shows where the last stream is read.
  pipeline(bytes, plain, () => {})
  return splitLines(plain)
}

async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let begun: string[] = []
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.write(chunk).split('\n')
    begun.push(first)
    for (const next of others) {
      yield begun.join('').replace(/\r$/, '')
      begun = [next]
    }
  }
  const last = begun.join('')
  if (last !== '') yield last
}
