import { randomBytes } from 'node:crypto'
import {
  createWriteStream,
  fchmodSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { Readable, type Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PersistError } from '@persist/errors'
import { CliError, EXIT, type ExitCode, ioError } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { entries } from '../output/format.ts'
import { limitNotes } from '../output/limit-notes.ts'
import { startProgress } from '../output/progress.ts'
import { confirm } from '../session/confirm.ts'
import { interruptible, withTurns } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { namespacesIn } from '../stores/functions.ts'
import { firstLine, isTooLong, lastLine, lineOf } from '../transfer/export-format.ts'
import { countOf, itemsOf } from '../transfer/read-store.ts'
import type { TransferItem } from '../transfer/transfer-item.ts'

/** `persist export`: writes all entries into one file, which is created only if it is complete; `-` is standard output. */
export async function exportEntries(
  session: Session,
  file: string,
  { function: named }: { readonly function?: readonly string[] },
): Promise<ExitCode> {
  const { adapter } = await session.select('read', named)
  const funcnames = await namespacesIn(adapter, named)
  if (file !== '-' && statOf(file)?.isFile()) await confirm(session, `Replace the file ${oneLine(file)}?`)
  const progress = await startProgress(session.output, 'exporting', () => countOf(adapter, funcnames))
  const damaged: PersistError[] = []
  const refused: string[] = []
  let written = 0
  let failure: unknown
  async function* lines(): AsyncGenerator<string> {
    yield `${firstLine(session.name(adapter), session.now())}\n`
    try {
      for await (const item of withTurns(itemsOf(adapter, funcnames, (problem) => damaged.push(problem)))) {
        const line = lineUnlessTooLong(item)
        if (line === undefined) {
          refused.push(`${item.funcname} ${item.entry.hash} is too large for one line (512 MB): left out`)
          continue
        }
        yield line
        progress.at(++written, oneLine(item.funcname))
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
    // An error of the store, or of the file. streams.ts reports errors of standard output.
    if (error === failure || error instanceof CliError) throw error
    if (file !== '-') throw ioError(`${oneLine(file)} cannot be written`, error)
  } finally {
    progress.end()
  }
  const note = limitNotes(session.output)
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

/** The line of an item; `undefined` if it is longer than a string can be, since base64 and escapes make a payload longer. */
function lineUnlessTooLong(item: TransferItem): string | undefined {
  try {
    return `${lineOf(item)}\n`
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
  // Devices and named pipes are written to, not replaced by a file.
  if (stat !== undefined && !stat.isFile()) return write(createWriteStream(name))
  const file = stat === undefined ? name : realpathSync(name)
  const part = `${file}.${randomBytes(4).toString('hex')}.part`
  // What a later step removes must be this file, and not one that was there.
  const fd = openSync(part, 'wx')
  try {
    // A file that only its owner may read stays one.
    if (stat !== undefined) fchmodSync(fd, stat.mode & 0o777)
    await write(createWriteStream(part, { fd }))
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (error) {
    throw ioError(`${oneLine(file)} cannot be written`, error)
  }
}

async function gzipper(): Promise<Transform> {
  const { createGzip } = await import('node:zlib')
  return createGzip()
}
