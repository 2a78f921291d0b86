import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createPersist, memoryStore } from '@persist/core'
import { expect, it } from 'vitest'
import { measurePersist } from '../src/opentelemetry-metrics.ts'

it('hits, misses, durations, bytes and problems of all functions become metrics until the listener is stopped', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter })
  const provider = new MeterProvider({ readers: [reader] })
  const stop = measurePersist(provider.getMeter('persist'))
  let now = 0
  const persist = createPersist({ env: {}, stderr: () => {}, monotonic: () => now })
  const square = persist(
    (x: number) => {
      now += 2_000
      return x * x
    },
    { funcname: 'square', cache: memoryStore() },
  )
  for (const x of [3, 3, 4, 3]) square(x)
  persist(() => () => 1, { funcname: 'unpicklable', cache: memoryStore() })()
  stop()
  square(5)
  await reader.forceFlush()
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value] as const),
    )
  const reading = (name: string, attributes: object) =>
    points.find(([one, its]) => one === name && Object.entries(attributes).every(([key, is]) => its[key] === is))?.[2]
  expect(reading('persist.calls', { namespace: 'square', outcome: 'hit', tier: 'store' })).toBe(2)
  expect(reading('persist.calls', { namespace: 'square', outcome: 'miss' })).toBe(2)
  expect(reading('persist.saved', { namespace: 'square' })).toBe(4)
  expect(reading('persist.compute.duration', { namespace: 'square' })).toMatchObject({ count: 2, sum: 4 })
  expect(reading('persist.problems', { namespace: 'unpicklable', code: 'ERR_PERSIST_PICKLE' })).toBe(1)
  await provider.shutdown()
})
