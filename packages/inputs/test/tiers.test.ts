import { createPersist } from '@persist/core'
import { existsSync, observe, readFileSync } from '@persist/inputs'
import { expect, test, vi } from 'vitest'
import { project } from './support/project.ts'

test('an entry in memory is verified before it is served', () => {
  const { at, write, persist, options, happened } = project({ a: '1' })
  const read = persist(() => readFileSync(at('a'), 'utf8'), { ...options, funcname: 'read', memory: true })
  read()
  expect(read()).toBe('1')
  write('a', '2')
  expect(read()).toBe('2')
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input a'])
})

test('an entry in memory whose inputs need a wait is looked up in the store', async () => {
  const { persist, options, happened } = project()
  let version = 1
  const later = observe('version of the memory test', async () => version)
  const f = persist(async () => (await later()) * 10, { ...options, funcname: 'f', memory: true })
  expect([await f(), await f()]).toEqual([10, 10])
  version = 2
  expect(await f()).toBe(20)
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input version of the memory test'])
})

test('has, peek, lookup and many see what a call would serve', async () => {
  const { at, write, persist, options } = project({ a: '1', b: '1' })
  const read = persist((name: string) => readFileSync(at(name), 'utf8'), {
    ...options,
    funcname: 'read',
    storekey: true,
  })
  expect(read.many([['a'], ['b']])).toEqual(['1', '1'])
  write('a', '2')
  expect([read.has('a'), read.has('b')]).toEqual([false, true])
  expect([read.peek('a'), read.peek('b')]).toEqual([undefined, '1'])
  expect(read.lookup('a')).toEqual({ hit: false, reason: 'input' })
  expect([...read.cache.keys()]).toEqual([['b']])
  expect(read.cache.size).toBe(1)
  expect(read.many([['a'], ['b']])).toEqual(['2', '1'])
})

test('a stale result whose inputs have changed is not served', () => {
  const { at, write, options } = project({ a: '1' })
  let now = 1_800_000_000_000
  const persist = createPersist({ env: {}, stderr: () => {}, now: () => now })
  const read = persist(() => readFileSync(at('a'), 'utf8'), {
    ...options,
    funcname: 'read',
    ttl: '1m',
    staleWhileRevalidate: '1h',
  })
  read()
  now += 120_000
  write('a', '2')
  expect(read()).toBe('2')
})

test('a replay serves what is stored, without a look at its inputs', () => {
  const { at, write, persist, options } = project({ a: '1' })
  const body = () => readFileSync(at('a'), 'utf8')
  persist(body, { ...options, funcname: 'read' })()
  write('a', '2')
  expect(createPersist({ env: { PERSIST_MODE: 'replay' } })(body, { ...options, funcname: 'read' })()).toBe('1')
})

test('an entry from before the function was traced is a miss', () => {
  const { at, persist, cache, options, happened } = project({ a: '1' })
  const body = () => readFileSync(at('a'), 'utf8')
  for (const more of [{}, { trace: { root: at('.') } }])
    persist(body, { cache, report: options.report, funcname: 'read', ...more })()
  expect(happened()).toEqual(['miss absent', 'miss input not recorded'])
})

test('a result that was put has no inputs, and is served', () => {
  const { persist, options } = project()
  const read = persist(() => 1, { ...options, funcname: 'read' })
  read.put(2)
  expect(read()).toBe(2)
})

test('a call that joins a run whose inputs change runs again', async () => {
  const { at, write, persist, options } = project({ a: '1' })
  const paused: (() => void)[] = []
  const read = persist(
    async () => {
      const text = readFileSync(at('a'), 'utf8')
      await new Promise<void>((resolve) => paused.push(resolve))
      return text
    },
    { ...options, funcname: 'read' },
  )
  const goOn = async () => {
    await vi.waitUntil(() => paused.length === 1)
    paused.pop()!()
  }
  const first = read()
  await vi.waitUntil(() => paused.length === 1)
  write('a', '2')
  const second = read()
  await goOn()
  expect(await first).toBe('1')
  await goOn()
  expect(await second).toBe('2')
})

test('a run with more inputs than an entry may have returns its result, and reports why nothing is stored', () => {
  const { at, persist, options, happened } = project({ a: '1' })
  const tolerant = persist(
    () => {
      for (let i = 0; i < 100_000; i++) existsSync(at(`missing-${i}`))
      return 1
    },
    { ...options, funcname: 'tolerant' },
  )
  expect(tolerant()).toBe(1)
  expect(happened()).toEqual([
    'miss absent',
    expect.stringContaining('more than 10000 inputs'),
    'skip input-unverifiable',
  ])
})
