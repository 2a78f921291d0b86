import type { Head } from '@persist/store'
import type { Context } from '../context.ts'
import { areComparable } from '../runtime/printed-source.ts'

const reported = new WeakSet<Context>()

/**
 * Reports once per function that its source has changed since an entry was computed. With a `funcname` the entry is served,
 * since the user vouches for the name. A derived name does not identify a function, so without `funcname` it is a miss.
 */
export function reportSourceChange(context: Context, head: Head, outcome: 'hit' | 'miss'): void {
  if (outcome === 'hit' && !context.reportsEdits) return
  if (head.source === undefined || head.source === context.source || reported.has(context)) return
  const isComparable = areComparable(head.source, context.source)
  if (outcome === 'hit' && !isComparable) return
  reported.add(context)
  const stored = new Date(head.createdAt).toISOString()
  const now = new Date(context.runtime.now()).toISOString()
  context.reporter.report('source', {
    message:
      outcome === 'hit'
        ? `stored results are served although the function was edited: stored ${stored}, changed source found ${now}. If its results changed, change the option version; to recompute after each edit, set dependsOn: []`
        : isComparable
          ? `stored results are not used, since the source of the function has changed: stored ${stored}, changed source found ${now}. A name alone does not identify a function: set the option funcname to keep results across edits, bundlers and minifiers`
          : `stored results are not used: stored ${stored} by another runtime, and Bun prints the source of a function in a form of its own. Set the option funcname to share results with Bun`,
  })
}
