import type { ListedHead } from '@persist/store'
import { type Summary, SummaryBuilder } from '../entries/summary.ts'
import { versionsIn } from '../entries/versions.ts'
import { oneLine } from '../output/escape.ts'
import { ago, bytes, count, duration } from '../output/format.ts'
import type { Session } from '../session/session.ts'

/** Age classes with their upper ends in milliseconds. */
const AGES = [
  ['last hour', 3_600_000],
  ['last day', 86_400_000],
  ['last week', 7 * 86_400_000],
  ['last month', 30 * 86_400_000],
  ['older', Number.POSITIVE_INFINITY],
] as const
const BAR_WIDTH = 30

/** `persist stats`: totals of a cache, or of some functions. */
export async function stats(session: Session, named: readonly string[]): Promise<void> {
  const { adapter, funcnames } = await session.select('read', named)
  const now = session.now()
  const sum = new SummaryBuilder(named.length === 1 ? named[0]! : '', now)
  const ages = AGES.map(([name]) => ({ name, entries: 0 }))
  let storeBytes = 0
  let damaged = 0
  let functions = 0
  for (const funcname of funcnames) {
    const store = adapter.open(funcname, { report: () => damaged++ })
    const held = await store.stats()
    storeBytes += held.bytes
    if (held.entries > 0) functions++
    for await (const head of store.heads()) {
      sum.add(head)
      ages[classOf(head, now)]!.entries++
    }
  }
  const { funcname: _, ...summary } = sum.result
  const json = { store: session.name(adapter), functions, ...summary, storeBytes, damaged, ages }
  await session.output.answer(json, () => described(session, json, now))
}

function classOf({ createdAt }: ListedHead, now: number): number {
  return AGES.findIndex(([, ms]) => now - createdAt < ms)
}

interface Statistics extends Omit<Summary, 'funcname'> {
  readonly store: string
  readonly functions: number
  readonly storeBytes: number
  readonly damaged: number
  readonly ages: readonly { readonly name: string; readonly entries: number }[]
}

function described({ output }: Session, details: Statistics, now: number): string {
  const { paint } = output
  const facts: (readonly [string, string])[] = [
    ['store', oneLine(details.store)],
    ['functions', count(details.functions)],
    ['entries', count(details.entries)],
    ['results', bytes(details.bytes)],
    ['in store', bytes(details.storeBytes)],
    [
      'expired',
      `${count(details.expired)}${details.stale > 0 ? `, ${count(details.stale)} of them still served stale` : ''}`,
    ],
    ...(details.damaged > 0 ? [['damaged', paint.red(count(details.damaged))] as const] : []),
    ['took', `${duration(details.computeMs)} ${paint.dim('to compute')}`],
    ['oldest', details.oldest === undefined ? '–' : ago(details.oldest, now)],
    ['newest', details.newest === undefined ? '–' : ago(details.newest, now)],
    ['versions', oneLine(versionsIn(details.versions), 100)],
    ['tags', oneLine(Object.keys(details.tags).join(' ') || '–', 100)],
  ]
  const most = Math.max(1, ...details.ages.map(({ entries }) => entries))
  const bars = details.ages.map(({ name, entries }) => {
    const bar = '█'.repeat(Math.ceil((entries / most) * BAR_WIDTH))
    return `  ${name.padEnd(10)} ${paint.green(bar)}${bar && ' '}${count(entries)}`
  })
  return [...facts.map(([name, text]) => `${paint.cyan(name.padEnd(9))} ${text}`), paint.cyan('ages'), ...bars].join(
    '\n',
  )
}
