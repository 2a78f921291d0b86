import { createWriteStream, realpathSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { Readable, type Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PersistError } from '@persist/errors'
import { EXIT, type ExitCode, ioRefusal, Refusal } from '../errors/cli-error.ts'
import { entries } from '../output/format.ts'
import { oneLine } from '../output/output.ts'
import { startProgress } from '../output/progress.ts'
import { confirm } from '../session/confirm.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { firstLine, isTooLong, lastLine, lineOf } from '../transfer/export-format.ts'
import { countOf, parcelsOf } from '../transfer/read-store.ts'
import type { Parcel } from '../transfer/transfer.ts'
import { limited } from './copy.ts'

/** `persist export`: all entries into one file, whole or not at all; `-` is standard output. */
export async function exportEntries(
  session: Session,
  file: string,
  { function: named }: { readonly function?: readonly string[] },
): Promise<ExitCode> {
  const { adapter, funcnames } = await session.choose('look', named)
  if (file !== '-' && statOf(file)?.isFile()) await confirm(session, `Replace the file ${oneLine(file)}?`)
  const progress = await startProgress(session.output, 'exporting', await countOf(adapter, funcnames))
  const damaged: PersistError[] = []
  const refused: string[] = []
  let written = 0
  let failure: unknown
  async function* lines(): AsyncGenerator<string> {
    yield `${firstLine(session.name(adapter), session.now())}\n`
    try {
      for await (const parcel of parcelsOf(adapter, funcnames, (problem) => damaged.push(problem))) {
        const line = lineIfShort(parcel)
        if (line === undefined) {
          refused.push(`${parcel.funcname} ${parcel.entry.hash} is too large for a line of text (512 MB): left out`)
          continue
        }
        yield line
        progress.at(++written, oneLine(parcel.funcname))
      }
    } catch (error) {
      failure = error
      throw error
    }
    yield `${lastLine(written)}\n`
  }
  try {
    await interruptible((signal) => (file === '-' ? toStdout(lines(), signal) : toFile(lines(), file, signal)))
  } catch (error) {
    if ((error as Error).name === 'AbortError') return EXIT.interrupted
    // Of the store, or of what is written to. Standard output is watched by streams.ts.
    if (error === failure || error instanceof Refusal) throw error
    if (file !== '-') throw ioRefusal(`${oneLine(file)} cannot be written`, error)
  } finally {
    progress.end()
  }
  const note = limited(session)
  for (const problem of damaged) note(problem.message)
  for (const problem of refused) note(problem)
  if (file !== '-') {
    await session.output.answer(
      { entries: written, damaged: damaged.length, refused: refused.length, file },
      () => `${entries(written)} written to ${oneLine(file)}`,
    )
  }
  return damaged.length + refused.length === 0 ? EXIT.fine : EXIT.no
}

/** Node's texts have a longest length, and base64 and escapes make a payload longer. */
function lineIfShort(parcel: Parcel): string | undefined {
  try {
    return `${lineOf(parcel)}\n`
  } catch (error) {
    if (isTooLong(error)) return undefined
    throw error
  }
}

async function toStdout(lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  await pipeline(Readable.from(lines), process.stdout, { signal, end: false })
}

async function toFile(lines: AsyncIterable<string>, name: string, signal: AbortSignal): Promise<void> {
  const source = Readable.from(lines)
  const gzip = name.endsWith('.gz') ? [await gzipper()] : []
  const write = (target: Writable) => pipeline([source, ...gzip, target], { signal })
  const stat = statOf(name)
  // A device, or a pipe with a name, is written to: a file must not take its place.
  if (stat !== undefined && !stat.isFile()) return write(createWriteStream(name))
  const file = stat === undefined ? name : realpathSync(name)
  const part = `${file}.${process.pid}.part`
  try {
    await write(createWriteStream(part, { flags: 'wx' }))
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (error) {
    throw ioRefusal(`${oneLine(file)} cannot be written`, error)
  }
}

async function gzipper(): Promise<Transform> {
  const { createGzip } = await import('node:zlib')
  return createGzip()
}
