import { memoryStore, type Options, type PersistEvent } from '@persist/core'
import { expect, it } from 'vitest'
import { harness, runPending } from './harness.ts'

const limit = [Number(process.argv.length)]
const rate = { value: 3 }
const helper = () => limit

/** The audit events of a function. */
async function audited(fn: (x: number) => unknown, options: Options = {}): Promise<PersistEvent[]> {
  const { persist, events, report } = harness()
  persist(fn, { funcname: 'f', cache: memoryStore(), report, audit: true, ...options })
  await runPending()
  return events.filter(({ name }) => name === 'audit')
}

it('names once the captured variables that are in no key', async () => {
  const local = process.pid
  const found = await audited((x) => x * rate.value + local + helper().length)
  expect(found).toEqual([
    {
      name: 'audit',
      namespace: 'f',
      captured: ['local', 'rate'],
      message: expect.stringContaining('dependsOn'),
    },
  ])
})

it('is silent about arguments, functions, names of members, and values that a dependency has', async () => {
  const local = process.pid
  const dependency = {
    name: 'value(local, rate)',
    read: () => ({ digest: '1', parts: ['local', 'rate'].map((name) => ({ name, digest: '1' })) }),
  }
  expect(await audited((x) => helper().length + Number({ limit: x }.limit))).toEqual([])
  expect(await audited((x) => x * rate.value + local, { dependsOn: [dependency] })).toEqual([])
})

it('does nothing without the option', async () => {
  expect(await audited((x) => x * rate.value, { audit: false })).toEqual([])
})

it('a runtime without the inspector says so', async () => {
  const { getBuiltinModule } = process
  process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule
  try {
    expect(await audited((x) => x * rate.value)).toMatchObject([
      { captured: [], message: expect.stringContaining('no inspector') },
    ])
  } finally {
    process.getBuiltinModule = getBuiltinModule
  }
})
