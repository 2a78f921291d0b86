import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PersistError } from '@persist/errors'
import { confirm } from '../ask.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { entries } from '../format.ts'
import { interruptible } from '../interruption.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import { functionsIn, type Session } from '../session.ts'
import { firstLine, lastLine, lineOf } from '../transfer/lines.ts'
import { countOf, parcelsOf } from '../transfer/parcels.ts'
import { limited } from './copy.ts'

/** `persist export`: all entries into one file, whole or not at all; `-` is standard output. */
export async function exportEntries(
  session: Session,
  file: string,
  { function: named }: { readonly function?: readonly string[] },
): Promise<ExitCode> {
  const adapter = session.open('look')
  const funcnames = await functionsIn(adapter, named)
  if (file !== '-' && existsSync(file)) await confirm(session, `Replace the file ${oneLine(file)}?`)
  const progress = await startProgress(session, 'exporting', await countOf(adapter, funcnames))
  const damaged: PersistError[] = []
  let written = 0
  async function* lines(): AsyncGenerator<string> {
    yield `${firstLine(session.name(adapter), session.now())}\n`
    for await (const parcel of parcelsOf(adapter, funcnames, (problem) => damaged.push(problem))) {
      yield `${lineOf(parcel)}\n`
      progress.at(++written, oneLine(parcel.funcname))
    }
    yield `${lastLine(written)}\n`
  }
  try {
    await interruptible((signal) => (file === '-' ? toStdout(lines(), signal) : toFile(lines(), file, signal)))
  } catch (error) {
    if ((error as Error).name === 'AbortError') return EXIT.interrupted
    throw error
  } finally {
    progress.end()
  }
  const note = limited(session)
  for (const problem of damaged) note(problem.message)
  if (file !== '-') {
    await session.output.answer(
      { entries: written, damaged: damaged.length, file },
      () => `${entries(written)} written to ${file}`,
    )
  }
  return damaged.length === 0 ? EXIT.fine : EXIT.no
}

async function toStdout(lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  await pipeline(Readable.from(lines), process.stdout, { signal, end: false })
}

async function toFile(lines: AsyncIterable<string>, file: string, signal: AbortSignal): Promise<void> {
  const part = `${file}.${process.pid}.part`
  const target = createWriteStream(part, { flags: 'wx' })
  try {
    const gzip = file.endsWith('.gz') ? await gzipper() : undefined
    const source = Readable.from(lines)
    if (gzip === undefined) await pipeline(source, target, { signal })
    else await pipeline(source, gzip, target, { signal })
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}

async function gzipper(): Promise<Transform> {
  const { createGzip } = await import('node:zlib')
  return createGzip()
}
