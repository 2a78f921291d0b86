import { inspect } from 'node:util'
import type { Entry, Head, ListedHead } from '@persist/store'
import { type EntryName, find } from '../entry-name.ts'
import { ago, bytes, count, duration, moment } from '../format.ts'
import { harmless, harmlessInColour, type Output, oneLine } from '../output.ts'
import { type Reading, readPayload } from '../payload.ts'
import { exactPayload, plainReading } from '../plain.ts'
import type { Session } from '../session.ts'
import { isExpired } from '../summary.ts'
import { table } from '../table.ts'

const COLUMNS = [
  ['hash', 'left'],
  ['bytes', 'right'],
  ['written', 'right'],
  ['expires', 'right'],
  ['took', 'right'],
  ['key', 'left'],
] as const

/** `persist show`: one entry whole, or a list of a function's entries. */
export async function show(
  session: Session,
  funcname: string,
  { limit, ...name }: EntryName & { readonly limit: number },
): Promise<void> {
  if (name.hash === undefined && name.args === undefined) return list(session, funcname, limit)
  const entry = await find(session.open('look'), funcname, name)
  const { payload, ...head } = entry
  const value = await readPayload(payload)
  const key = entry.key === undefined ? undefined : await readPayload(entry.key)
  const json = {
    funcname,
    ...head,
    bytes: sizeOf(payload),
    ...(key && { key: plainReading(key) }),
    value: plainReading(value),
    payload: exactPayload(payload),
  }
  await session.output.answer(json, () => described(session, funcname, entry, value, key))
}

async function list(session: Session, funcname: string, limit: number): Promise<void> {
  const store = session.open('look').open(funcname)
  const heads: ListedHead[] = []
  let more = false
  for await (const head of store.heads()) {
    more = heads.length === limit
    if (more) break
    heads.push(head)
  }
  const now = session.now()
  const rows = await Promise.all(heads.map(async (head) => ({ head, key: await keyOf(head) })))
  const json = rows.map(({ head, key }) => ({ funcname, ...head, ...(key && { key: plainReading(key) }) }))
  await session.output.answer(json, () =>
    rows.length === 0
      ? `${harmless(funcname)} has no entries`
      : table(
          session.output,
          COLUMNS,
          rows.map(({ head, key }) => row(head, key, now)),
        ),
  )
  if (more) session.output.note(`only the first ${count(limit)}, in no order: --limit 0 shows all`)
}

async function keyOf({ key }: Head): Promise<Reading | undefined> {
  return key === undefined ? undefined : readPayload(key)
}

function row(head: ListedHead, key: Reading | undefined, now: number): string[] {
  const { expiresAt, durationMs } = head
  const expires = expiresAt === undefined ? '–' : isExpired(head, now) ? 'expired' : ago(expiresAt, now)
  return [
    oneLine(head.hash, 64),
    bytes(head.bytes),
    ago(head.createdAt, now),
    expires,
    durationMs === undefined ? '–' : duration(durationMs),
    key === undefined ? '–' : oneLine(inspect(shown(key), { breakLength: Number.POSITIVE_INFINITY }), 60),
  ]
}

function described(
  { output, now }: Session,
  funcname: string,
  entry: Entry,
  value: Reading,
  key: Reading | undefined,
): string {
  const time = (at: number) => `${moment(at)} ${output.paint.dim(`(${ago(at, now())})`)}`
  const facts: (readonly [string, string | undefined])[] = [
    ['function', oneLine(funcname)],
    ['hash', oneLine(entry.hash)],
    ['key', key && pretty(output, key)],
    ['written', time(entry.createdAt)],
    ['expires', entry.expiresAt === undefined ? undefined : time(entry.expiresAt)],
    ['took', entry.durationMs === undefined ? undefined : duration(entry.durationMs)],
    ['version', entry.version && oneLine(entry.version)],
    ['tags', entry.tags?.map((tag) => oneLine(tag)).join(', ')],
    ['metadata', entry.metadata === undefined ? undefined : harmless(entry.metadata)],
    ['returned', entry.promised ? 'a promise' : undefined],
    ['bytes', bytes(sizeOf(entry.payload))],
    ['value', pretty(output, value)],
  ]
  return facts
    .flatMap(([name, text]) => (text ? [`${output.paint.cyan(name.padEnd(9))} ${indented(text)}`] : []))
    .join('\n')
}

function indented(text: string): string {
  return text.includes('\n') ? `\n  ${text.replaceAll('\n', '\n  ')}` : text
}

/** A value as Node shows it; what could not be read as it is. */
export function pretty(output: Output, reading: Reading): string {
  const options = { colors: output.hasColour, depth: 20, maxArrayLength: 1000, maxStringLength: 100_000 }
  if (reading.kind === 'text') return harmless(reading.text)
  const text = inspect(shown(reading), { ...options, breakLength: Math.min(output.width, 120) - 12 })
  return output.hasColour ? harmlessInColour(text) : harmless(text)
}

function shown(reading: Reading): unknown {
  return reading.kind === 'value' ? reading.value : reading.kind === 'text' ? reading.text : Buffer.from(reading.bytes)
}

function sizeOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
