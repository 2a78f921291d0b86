import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { madeFrom } from '../adopt/made-from.ts'
import type { KnownVersion } from '../adopt/records.ts'
import { wrappedIn } from '../adopt/wrapped-in.ts'
import { namesIn } from '../entries/inputs.ts'
import type { InputTree, MadeFrom } from '../entries/made-from.ts'
import { type Nearest, nearestTo } from '../entries/nearest.ts'
import { isExpired, isStale } from '../entries/summary.ts'
import { shortVersion } from '../entries/versions.ts'
import { oneLine } from '../output/escape.ts'
import { ago } from '../output/format.ts'
import type { Session } from '../session/session.ts'
import { type EntryName, hashIn, versionsOf, wholeHash } from '../stores/find-entry.ts'
import { requireFunction } from '../stores/functions.ts'

/** Why a call would compute. `none`: as far as the store shows, it would not. */
type Reason = 'absent' | 'unreadable' | 'version' | 'expired' | 'input' | 'none'

interface Answer extends MadeFrom {
  readonly funcname: string
  readonly hash: string
  readonly reason: Reason
  readonly createdAt?: number
  readonly expiresAt?: number
  /** The entry may still be served while it is refreshed, or if that fails. */
  readonly stale?: boolean
  readonly version?: string
  readonly nearest?: Nearest
}

/** `persist why`: why a call is computed, as far as the store shows it. */
export async function why(
  session: Session,
  funcname: string,
  { from, root, ...name }: EntryName & { readonly from?: string; readonly root?: string },
): Promise<void> {
  const hash = hashIn(name)
  const module = from === undefined ? undefined : await wrappedIn(pathToFileURL(resolve(from)).href, from, funcname)
  const adapter = session.openFor('read', [funcname])
  const answer = await explained(adapter, {
    funcname,
    hash,
    args: name.args,
    current: module,
    root,
    now: session.now(),
  })
  if (answer.reason === 'absent') await requireFunction(adapter, funcname)
  await session.output.answer(answer, () => described(answer, session))
}

interface Question {
  readonly funcname: string
  readonly hash: string
  readonly args: string | undefined
  readonly current: KnownVersion | undefined
  readonly root: string | undefined
  readonly now: number
}

async function explained(
  adapter: StoreAdapter,
  { funcname, hash: named, args, current, root, now }: Question,
): Promise<Answer> {
  let isDamaged = false
  const store: Store = adapter.open(funcname, {
    report: () => {
      isDamaged = true
    },
  })
  const hash = await wholeHash(store, named)
  const entry = (await store.get(hash)) ?? (await newestVersion(store, hash))
  if (entry === undefined) {
    if (isDamaged) return { funcname, hash, reason: 'unreadable' }
    const nearest = args === undefined ? undefined : await nearestTo(store, JSON.parse(args) as unknown[], hash)
    return { funcname, hash, reason: 'absent', ...(nearest && { nearest }) }
  }
  const made = await madeFrom(adapter, funcname, entry, { current, root, now })
  return { ...factsOf(funcname, entry, now), reason: reasonFor(entry, made, now), ...made }
}

async function newestVersion(store: Store, hash: string): Promise<Entry | undefined> {
  const [newest] = await versionsOf(store, hash)
  return newest === undefined ? undefined : store.get(newest)
}

function factsOf(funcname: string, entry: Entry, now: number) {
  const { hash, createdAt, expiresAt, version } = entry
  return {
    funcname,
    hash,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(isStale(entry, now) && { stale: true }),
    ...(version !== undefined && { version }),
  }
}

function reasonFor(entry: Entry, { changed = [], inputs }: MadeFrom, now: number): Reason {
  if (changed.length > 0) return 'version'
  if (isExpired(entry, now)) return 'expired'
  return inputs !== undefined && namesIn(inputs, 'changed').length > 0 ? 'input' : 'none'
}

function described({ reason, nearest, ...facts }: Answer, { output, now }: Session): string {
  const { createdAt, version, parts, inputs } = facts
  const changed = [...(facts.changed ?? []), ...(inputs === undefined ? [] : namesIn(inputs, 'changed'))]
  const unknown = inputs === undefined ? [] : namesIn(inputs, 'unknown')
  const list = (names: readonly string[]) => names.map((name) => oneLine(name, 200)).join(', ')
  const when = (at: number) => ago(at, now())
  const lines: (readonly [string, string | undefined])[] = [
    ['function', oneLine(facts.funcname)],
    ['hash', oneLine(facts.hash)],
    [
      'answer',
      answerOf(reason, { isStale: facts.stale === true, hasUnknown: unknown.length > 0 || inputs?.more !== undefined }),
    ],
    ['written', createdAt === undefined ? undefined : when(createdAt)],
    ['expires', facts.expiresAt === undefined ? undefined : when(facts.expiresAt)],
    ['version', version && oneLine(shortVersion(version))],
    ['made of', parts && list(parts)],
    ['inputs', inputs && inputsLine(inputs)],
    ['changed', changed.length > 0 ? list(changed) : undefined],
    ['not sure', unknown.length > 0 ? list(unknown) : undefined],
    ['nearest', nearest && `${oneLine(nearest.hash)}, written ${when(nearest.createdAt)}`],
    ['differs', nearest && list(nearest.differs)],
  ]
  return lines
    .flatMap(([name, text]) => (text === undefined ? [] : [`${output.paint.cyan(name.padEnd(9))} ${text}`]))
    .join('\n')
}

const MOST_INPUTS = 20

/** What the function has read and called itself. */
function inputsLine({ shown, more = 0 }: InputTree): string {
  const names = [...new Set(shown.map(({ name }) => oneLine(name, 200)))]
  const left = Math.max(names.length - MOST_INPUTS, 0) + more
  return [...names.slice(0, MOST_INPUTS), ...(left > 0 ? [`and ${left} more`] : [])].join(', ') || 'none'
}

function answerOf(
  reason: Reason,
  { isStale, hasUnknown }: { readonly isStale: boolean; readonly hasUnknown: boolean },
): string {
  switch (reason) {
    case 'absent':
      return 'a call computes: there is no entry'
    case 'unreadable':
      return 'a call computes: the entry is damaged'
    case 'version':
      return 'a call computes: the entry is of another version'
    case 'expired':
      return isStale ? 'the entry has expired, and may still be served' : 'a call computes: the entry has expired'
    case 'input':
      return 'a call computes: an input has changed'
    case 'none':
      return `a call is served, unless ${hasUnknown ? 'an input that only a program can verify has changed, or ' : ''}the program requires another version, a younger entry or a valid one`
  }
}
