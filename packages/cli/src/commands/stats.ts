import type { ListedHead } from '@persist/store'
import { ago, bytes, count, duration } from '../format.ts'
import { oneLine } from '../output.ts'
import type { Session } from '../session.ts'
import { Sum, type Summary } from '../summary.ts'
import { versionsIn } from './ls.ts'

/** The upper bounds of the classes of ages, in milliseconds. */
const AGES = [
  ['last hour', 3_600_000],
  ['last day', 86_400_000],
  ['last week', 7 * 86_400_000],
  ['last month', 30 * 86_400_000],
  ['older', Number.POSITIVE_INFINITY],
] as const
const BAR = 30

/** `persist stats`: summarizes a cache, or some functions of it. */
export async function stats(session: Session, named: readonly string[]): Promise<void> {
  const { adapter, funcnames } = await session.choose('read', named)
  const now = session.now()
  const sum = new Sum(named.length === 1 ? named[0]! : '', now)
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

interface Totals extends Omit<Summary, 'funcname'> {
  readonly store: string
  readonly functions: number
  readonly storeBytes: number
  readonly damaged: number
  readonly ages: readonly { readonly name: string; readonly entries: number }[]
}

function described({ output }: Session, totals: Totals, now: number): string {
  const { paint } = output
  const facts: (readonly [string, string])[] = [
    ['store', oneLine(totals.store)],
    ['functions', count(totals.functions)],
    ['entries', count(totals.entries)],
    ['results', bytes(totals.bytes)],
    ['in store', bytes(totals.storeBytes)],
    [
      'expired',
      `${count(totals.expired)}${totals.stale > 0 ? `, ${count(totals.stale)} of them still served stale` : ''}`,
    ],
    ...(totals.damaged > 0 ? [['damaged', paint.red(count(totals.damaged))] as const] : []),
    ['took', `${duration(totals.computeMs)} ${paint.dim('to compute')}`],
    ['oldest', totals.oldest === undefined ? '–' : ago(totals.oldest, now)],
    ['newest', totals.newest === undefined ? '–' : ago(totals.newest, now)],
    ['versions', oneLine(versionsIn(totals.versions), 100)],
    ['tags', oneLine(Object.keys(totals.tags).join(' ') || '–', 100)],
  ]
  const most = Math.max(1, ...totals.ages.map(({ entries }) => entries))
  const bars = totals.ages.map(({ name, entries }) => {
    const bar = '█'.repeat(Math.ceil((entries / most) * BAR))
    return `  ${name.padEnd(10)} ${paint.green(bar)}${bar && ' '}${count(entries)}`
  })
  return [...facts.map(([name, text]) => `${paint.cyan(name.padEnd(9))} ${text}`), paint.cyan('ages'), ...bars].join(
    '\n',
  )
}
