import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PersistError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import type { ListedHead, Store, StoreAdapter } from '@persist/store'
import { hasMark, unmarkedHash } from '@persist/store/kit'
import { type AdoptCounts, adoptEntries } from '../adopt/adopt-entries.ts'
import { changedParts, type KnownVersion, recordOf, recordsOf, writeRecord } from '../adopt/records.ts'
import { wrappedIn } from '../adopt/wrapped-in.ts'
import { unreadable } from '../entries/decode-entry.ts'
import { shortVersion } from '../entries/versions.ts'
import { CliError, EXIT, type ExitCode } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { count } from '../output/format.ts'
import { confirm } from '../session/confirm.ts'
import type { Session } from '../session/session.ts'
import { requireFunction } from '../stores/functions.ts'

/** The options of `persist adopt`. */
export interface AdoptOptions {
  /** The module that wraps the function. Default: the version that a program noted last. */
  readonly from?: string
  /** The version whose results to keep, or `all`. Default: the only other one. */
  readonly take?: string
}

/** Names that fit into a question. */
const MOST_NAMES = 5

/** `persist adopt`: moves results of an earlier version of the code to the current version. */
export async function adopt(session: Session, funcname: string, { from, take }: AdoptOptions): Promise<ExitCode> {
  const { adapter, current } = await currentVersion(session, funcname, from)
  await requireFunction(adapter, funcname)
  const store: Store = adapter.open(funcname)
  const chosen = choose(await othersIn(store, current), take, funcname)
  const heads = [...chosen.values()].flat()
  if (heads.length === 0) {
    const json = { funcname, version: current.version, adopted: 0, kept: 0, changed: [] }
    await session.output.answer(json, () => nothingToAdopt(funcname, from))
    return EXIT.fine
  }
  const changed = await changesSince(adapter, funcname, [...chosen.keys()], current)
  await confirm(session, `${question(funcname, heads.length, changed)} Keep them?`)
  const counts = await adoptEntries(adapter, store, heads, current, (entry, change) => {
    try {
      return session.reader.changeHead(funcname, entry, change)
    } catch (error) {
      throw unreadable(error as PersistError)
    }
  })
  // A program that finds all results has no miss, and so notes nothing.
  if (counts.adopted > 0) await writeRecord(adapter, { funcname, ...current, at: session.now() })
  const json = { funcname, version: current.version, ...counts, changed: changed ?? [] }
  await session.output.answer(json, () => outcome(counts))
  return counts.kept === 0 ? EXIT.fine : EXIT.no
}

async function currentVersion(
  session: Session,
  funcname: string,
  from: string | undefined,
): Promise<{ readonly adapter: StoreAdapter; readonly current: KnownVersion }> {
  if (from !== undefined) {
    const { adapter, ...current } = await wrappedIn(pathToFileURL(resolve(from)).href, from, funcname)
    if (session.namesCache && session.open('change').name !== adapter.name) {
      throw new CliError(
        `${from} keeps the results of ${oneLine(funcname)} in ${session.name(adapter)}: pass that as --cache`,
      )
    }
    return { adapter, current }
  }
  const { adapter } = await session.select('change', [funcname])
  const [current] = (await recordsOf(adapter, funcname)).sort((a, b) => b.at - a.at)
  if (current !== undefined) return { adapter, current }
  const advice = 'pass the module that persists it: --from ./module.ts'
  throw new CliError(
    `no program has noted what ${oneLine(funcname)} depends on in ${session.name(adapter)}: ${advice}`,
    EXIT.no,
  )
}

/** The entries of other versions, by version. */
async function othersIn(store: Store, { version }: KnownVersion): Promise<Map<string, ListedHead[]>> {
  const others = new Map<string, ListedHead[]>()
  const done = new Set<string>()
  const found: ListedHead[] = []
  for await (const head of store.heads()) {
    if (head.version === version) done.add(unmarkedHash(head.hash))
    else found.push(head)
  }
  for (const head of found) {
    const its = head.version ?? ''
    // With `versions: 'beside'`: the call has a result of the current version.
    if (hasMark(head.hash, sha256(its)) && done.has(unmarkedHash(head.hash))) continue
    others.set(its, [...(others.get(its) ?? []), head])
  }
  return others
}

/** A mixture of versions is nothing that anyone should keep by accident. */
function choose(
  others: ReadonlyMap<string, ListedHead[]>,
  take: string | undefined,
  funcname: string,
): ReadonlyMap<string, ListedHead[]> {
  const list = [...others].map(([version, heads]) => `${shortVersion(version) || 'none'} (${count(heads.length)})`)
  if (take === 'all' || (take === undefined && others.size <= 1)) return others
  if (take === undefined) {
    throw new CliError(
      `${oneLine(funcname)} has results of ${count(others.size)} other versions: ${oneLine(list.join(', '))}. Pass one of them as --take, or --take all`,
    )
  }
  const found = [...others].filter(([version]) => version === take || shortVersion(version) === take)
  if (found.length === 1) return new Map(found)
  throw new CliError(
    `${oneLine(funcname)} has no results of one version ${oneLine(take)}, only of ${oneLine(list.join(', '))}`,
    EXIT.no,
  )
}

/** The names of what differs; `undefined` if that is not known of a version. */
async function changesSince(
  adapter: StoreAdapter,
  funcname: string,
  versions: readonly string[],
  current: KnownVersion,
): Promise<string[] | undefined> {
  const changed = new Set<string>()
  for (const version of versions) {
    const record = await recordOf(adapter, funcname, version)
    if (record === undefined) return undefined
    for (const name of changedParts(record, current)) changed.add(name)
  }
  return [...changed]
}

function question(funcname: string, number: number, changed: readonly string[] | undefined): string {
  const results = `${count(number)} ${number === 1 ? 'result' : 'results'} of ${oneLine(funcname)}`
  const verb = number === 1 ? 'comes' : 'come'
  const shown = changed?.slice(0, MOST_NAMES).map((name) => oneLine(name, 80)) ?? []
  const more = (changed?.length ?? 0) - shown.length
  const differing =
    changed === undefined
      ? 'what differs is not known'
      : `${shown.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''} ${changed.length === 1 ? 'differs' : 'differ'}`
  return `${results} ${verb} from other code: ${differing}.`
}

function nothingToAdopt(funcname: string, from: string | undefined): string {
  const all = `all results of ${oneLine(funcname)} are of`
  return from === undefined
    ? `${all} the version that a program computed with last. To compare with your code: --from ./module.js`
    : `${all} the current version`
}

function outcome({ adopted, kept }: AdoptCounts): string {
  const rest = kept === 0 ? '' : `; ${count(kept)} left as they are, since they are being computed or were changed`
  return `${count(adopted)} ${adopted === 1 ? 'result is' : 'results are'} of the current version now${rest}`
}
