import { inspect } from 'node:util'
import type { Entry, Head, ListedHead } from '@persist/store'
import { type Decoded, decodePayload } from '../entries/decode.ts'
import { decodeEntry, readableKey, unreadable } from '../entries/decode-entry.ts'
import { inputLine } from '../entries/inputs.ts'
import { pretty, printable } from '../entries/pretty.ts'
import { isExpired, isStale } from '../entries/summary.ts'
import { decodedToJson, payloadToJson } from '../entries/to-json.ts'
import { EXIT, type ExitCode } from '../errors/cli-error.ts'
import type { Column } from '../output/columns.ts'
import { escapeControls, oneLine } from '../output/escape.ts'
import { ago, bytes, count, duration, moment } from '../output/format.ts'
import { table } from '../output/table.ts'
import type { Session } from '../session/session.ts'
import { type EntryName, find } from '../stores/find-entry.ts'
import { requireFunction } from '../stores/functions.ts'

const COLUMNS: readonly Column[] = [
  { title: 'hash', align: 'left', minWidth: 10 },
  { title: 'bytes', align: 'right' },
  { title: 'written', align: 'right' },
  { title: 'expires', align: 'right', dropOrder: 1 },
  { title: 'took', align: 'right', dropOrder: 2 },
  { title: 'key', align: 'left', minWidth: 12 },
]
/** Longer strings are cut before the table is made. */
const LONGEST = 1000
const ONE_LINE = { breakLength: Number.POSITIVE_INFINITY, maxStringLength: LONGEST }

/** `persist show`: shows one entry, or lists the entries of a function. */
export async function show(
  session: Session,
  funcname: string,
  { limit, ...name }: EntryName & { readonly limit: number },
): Promise<ExitCode> {
  if (name.hash === undefined && name.args === undefined) {
    await list(session, funcname, limit)
    return EXIT.fine
  }
  const entry = await find(session.openFor('read', [funcname]), funcname, name)
  const { entry: decoded, unread } = decodeEntry(session.reader, funcname, entry)
  const { payload, key: storedKey } = decoded
  const value = unread === undefined ? await decodePayload(payload) : undefined
  const key = storedKey === undefined || unread !== undefined ? undefined : await decodePayload(storedKey)
  const { payload: _, ...head } = entry
  const json = {
    funcname,
    ...head,
    bytes: sizeOf(entry.payload),
    ...(key && { key: decodedToJson(key) }),
    ...(value && { value: decodedToJson(value) }),
    ...(unread && { unread: unread.message }),
    payload: payloadToJson(payload),
  }
  await session.output.answer(json, () => described(session, funcname, entry, value, key))
  if (unread === undefined) return EXIT.fine
  session.output.note(unreadable(unread).message)
  return EXIT.no
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
  if (heads.length === 0) await requireFunction(adapter, funcname)
  const now = session.now()
  const rows = await Promise.all(
    heads.map(async (head) => ({ head, key: await keyOf(readableKey(session.reader, funcname, head)) })),
  )
  const json = rows.map(({ head, key }) => ({ funcname, ...head, ...(key && { key: decodedToJson(key) }) }))
  await session.output.answer(json, () =>
    rows.length === 0
      ? `${escapeControls(funcname)} has no entries`
      : table(
          session.output,
          COLUMNS,
          rows.map(({ head, key }) => row(head, key, now)),
        ),
  )
  if (more) session.output.note(`only the first ${count(limit)}, in no order: --limit 0 shows all`)
  if (rows.length > 0 && rows.every(({ head }) => head.key === undefined)) {
    session.output.note('no keys are stored here: the option storekey of persist stores them in new entries')
  }
}

async function keyOf(key: string | undefined): Promise<Decoded | undefined> {
  return key === undefined ? undefined : decodePayload(key)
}

function row(head: ListedHead, key: Decoded | undefined, now: number): string[] {
  const { durationMs } = head
  return [
    oneLine(head.hash, LONGEST),
    bytes(head.bytes),
    ago(head.createdAt, now),
    expiry(head, now),
    durationMs === undefined ? '–' : duration(durationMs),
    key === undefined
      ? head.key === undefined
        ? '–'
        : 'encrypted'
      : oneLine(inspect(printable(key), ONE_LINE), LONGEST),
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
  value: Decoded | undefined,
  key: Decoded | undefined,
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
    ['inputs', inputsOf(entry)],
    ['metadata', entry.metadata === undefined ? undefined : escapeControls(entry.metadata)],
    ['returned', entry.promised ? 'a promise' : undefined],
    ['bytes', bytes(sizeOf(entry.payload))],
    ['codecs', entry.codecs?.map((codec) => oneLine(codec)).join(', ')],
    ['value', value && pretty(output, value)],
  ]
  return facts
    .flatMap(([name, text]) => (text ? [`${output.paint.cyan(name.padEnd(9))} ${indented(text)}`] : []))
    .join('\n')
}

const MOST_INPUTS = 20

/** What the result was made from: kind and name of each input, without the digests. */
function inputsOf({ inputs }: Entry): string | undefined {
  if (inputs === undefined) return undefined
  const shown = inputs.slice(0, MOST_INPUTS).map((line) => oneLine(inputLine(line)))
  const more = inputs.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

function indented(text: string): string {
  return text.includes('\n') ? `\n  ${text.replaceAll('\n', '\n  ')}` : text
}

function sizeOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
