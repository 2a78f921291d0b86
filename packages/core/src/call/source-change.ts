import type { Head } from '@persist/store'
import type { Context } from '../context.ts'

const reported = new WeakSet<Context>()

/**
 * Reports once a function that an entry was computed by another text of it. With a `funcname` its owner vouches for the
 * name, and the entry is served; a name that was derived is no proof, so there it is a miss.
 */
export function reportSourceChange(context: Context, head: Head, outcome: 'hit' | 'miss'): void {
  if (outcome === 'hit' && !context.reportsEdits) return
  if (head.source === undefined || head.source === context.source || reported.has(context)) return
  reported.add(context)
  const stored = new Date(head.createdAt).toISOString()
  const now = new Date(context.runtime.now()).toISOString()
  context.reporter.report('source', {
    message:
      outcome === 'hit'
        ? `stored results are served, but the function was edited since: stored ${stored}, another text at ${now}. If the results changed, give it another version; to follow edits from now on, give it dependsOn: []`
        : `stored results are not used, since another function text wrote them: stored ${stored}, this text at ${now}. A name alone does not identify a function; give it the option funcname to keep results across edits, bundlers and minifiers`,
  })
}
