// Metrics of all persisted functions, for any OpenTelemetry backend. Here they go to the console.

import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { persist } from '@persist/core'
import { measurePersist } from './opentelemetry-metrics.ts'

const provider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })],
})
measurePersist(provider.getMeter('persist'))

const square = persist(function square(x: number) {
  return x * x
})
square(3)
square(3)
await provider.shutdown()
