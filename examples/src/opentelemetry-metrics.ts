import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Meter } from '@opentelemetry/api'
import type { PersistEvent } from '@persist/core'

/**
 * Counts the calls of all persisted functions of this process as OpenTelemetry metrics: hits, misses and stale results, the
 * time of computations, the time that hits saved, and problems of stores. It listens on the channels `persist:<event>`, so
 * the functions need no option. Returns a function that stops it.
 */
export function measurePersist(meter: Meter): () => void {
  const calls = meter.createCounter('persist.calls', { description: 'calls by their outcome' })
  const computed = meter.createHistogram('persist.compute.duration', { unit: 's' })
  const saved = meter.createCounter('persist.saved', { unit: 's', description: 'time that hits saved' })
  const written = meter.createCounter('persist.written', { unit: 'By' })
  const problems = meter.createCounter('persist.problems')
  const listeners: Record<string, (event: never) => void> = {
    hit: ({ namespace, tier, savedMs = 0 }: PersistEvent & { name: 'hit' }) => {
      calls.add(1, { namespace, outcome: 'hit', tier })
      saved.add(savedMs / 1000, { namespace })
    },
    miss: ({ namespace, reason }: PersistEvent & { name: 'miss' }) => {
      calls.add(1, { namespace, outcome: 'miss', reason })
    },
    stale: ({ namespace, reason }: PersistEvent & { name: 'stale' }) => {
      calls.add(1, { namespace, outcome: 'stale', reason })
    },
    compute: ({ namespace, durationMs, failed }: PersistEvent & { name: 'compute' }) => {
      computed.record(durationMs / 1000, { namespace, failed })
    },
    write: ({ namespace, bytes }: PersistEvent & { name: 'write' }) => written.add(bytes, { namespace }),
    problem: ({ namespace, operation, error }: PersistEvent & { name: 'problem' }) => {
      problems.add(1, { namespace, operation, code: 'code' in error ? String(error.code) : error.name })
    },
  }
  const heard = Object.entries(listeners).map(
    ([name, listen]) => [`persist:${name}`, listen as (event: unknown) => void] as const,
  )
  for (const [channel, listen] of heard) subscribe(channel, listen)
  return () => {
    for (const [channel, listen] of heard) unsubscribe(channel, listen)
  }
}
