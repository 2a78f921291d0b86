import { inspect } from 'node:util'
import type { Entry, Head, ListedHead } from '@persist/store'
import type { Column } from '../columns.ts'
import { type EntryName, find } from '../entry-name.ts'
import { ago, bytes, count, duration, moment } from '../format.ts'
import { refuseUnknown } from '../functions.ts'
import { harmless, harmlessInColor, type Output, oneLine } from '../output.ts'
import { type Reading, readPayload } from '../payload.ts'
import { exactPayload, plainReading } from '../plain.ts'
import type { Session } from '../session.ts'
import { isExpired, isStale } from '../summary.ts'
import { table } from '../table.ts'

const COLUMNS: readonly Column[] = [
  { title: 'hash', align: 'left', least: 10 },
  { title: 'bytes', align: 'right' },
  { title: 'written', align: 'right' },
  { title: 'expires', align: 'right', leaves: 1 },
  { title: 'took', align: 'right', leaves: 2 },
  { title: 'key', align: 'left', least: 12 },
]
/** Longer strings are cut before the layout of the table. */
const LONGEST = 1000
const ONE_LINE = { breakLength: Number.POSITIVE_INFINITY, maxStringLength: LONGEST }

/** `persist show`: shows one entry, or lists the entries of a function. */
export async function show(
  session: Session,
  funcname: string,
  { limit, ...name }: EntryName & { readonly limit: number },
): Promise<void> {
  if (name.hash === undefined && name.args === undefined) return list(session, funcname, limit)
  const entry = await find(session.openFor('read', [funcname]), funcname, name)
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
  const adapter = session.openFor('read', [funcname])
  const store = adapter.open(funcname)
  const heads: ListedHead[] = []
  let more = false
  for await (const head of store.heads()) {
    more = heads.length === limit
    if (more) break
    heads.push(head)
  }
  if (heads.length === 0) await refuseUnknown(adapter, funcname)
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
  if (rows.length > 0 && rows.every(({ head }) => head.key === undefined)) {
    session.output.note('no keys are stored here: the option storekey of persist keeps them for new entries')
  }
}

async function keyOf({ key }: Head): Promise<Reading | undefined> {
  return key === undefined ? undefined : readPayload(key)
}

function row(head: ListedHead, key: Reading | undefined, now: number): string[] {
  const { durationMs } = head
  return [
    oneLine(head.hash, LONGEST),
    bytes(head.bytes),
    ago(head.createdAt, now),
    expiry(head, now),
    durationMs === undefined ? '–' : duration(durationMs),
    key === undefined ? '–' : oneLine(inspect(shown(key), ONE_LINE), LONGEST),
  ]
}

function expiry(head: Head, now: number): string {
  if (head.expiresAt === undefined) return '–'
  if (!isExpired(head, now)) return ago(head.expiresAt, now)
  return isStale(head, now) ? 'stale' : 'expired'
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
    ['stale', entry.staleUntil === undefined ? undefined : `until ${time(entry.staleUntil)}`],
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

/** A value as Node prints it. A payload that cannot be read is shown as it is. */
export function pretty(output: Output, reading: Reading): string {
  const options = { colors: output.hasColor, depth: 20, maxArrayLength: 1000, maxStringLength: 100_000 }
  if (reading.kind === 'text') return harmless(reading.text)
  const text = inspect(shown(reading), { ...options, breakLength: Math.min(output.width, 120) - 12 })
  return output.hasColor ? harmlessInColor(text) : harmless(text)
}

function shown(reading: Reading): unknown {
  return reading.kind === 'value' ? reading.value : reading.kind === 'text' ? reading.text : Buffer.from(reading.bytes)
}

function sizeOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
