import { type Entry, memoryStore } from '@persist/core'
import { readFileSync } from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

for (const codecs of [{ compress: 'gzip' }, { encrypt: KEY }, { compress: 'gzip', encrypt: KEY }] as const) {
  test(`a called function with ${Object.keys(codecs).join(' and ')} is verified by its result`, () => {
    const { at, write, persist, options, happened } = project({ a: 'x' })
    let runs = 0
    const long = persist(
      () => {
        runs++
        return readFileSync(at('a'), 'utf8').trim().repeat(5_000)
      },
      { ...options, ...codecs, report: () => {}, funcname: 'long' },
    )
    const size = persist(() => long().length, { ...options, ...codecs, funcname: 'size' })
    expect([size(), size(), runs]).toEqual([5_000, 5_000, 1])
    write('a', 'x ')
    expect([size(), runs]).toEqual([5_000, 2])
    write('a', 'xy')
    expect([size(), runs]).toEqual([10_000, 3])
    expect(happened()).toEqual(['miss absent', 'hit', 'hit', 'miss input long'])
  })
}

test('the inputs of an encrypted entry cannot be changed or taken away without the key', () => {
  const { at, write, persist, options, happened } = project({ a: '1' })
  const cache = memoryStore()
  const read = persist(() => readFileSync(at('a'), 'utf8'), {
    ...options,
    cache,
    encrypt: KEY,
    funcname: 'read',
  })
  read()
  const store = cache.open('read')
  const [{ bytes: _, ...head }] = [...store.heads()] as [Entry & { bytes: number }]
  const entry = store.get(head.hash)!
  write('a', '2')
  const forged = [[], ['exists present - a'], entry.inputs!.map((line) => line.replace(/^(\S+) \S+/, '$1 0'))]
  for (const inputs of forged) {
    store.set({ ...entry, inputs })
    expect(read()).toBe('2')
  }
  const { inputs: _inputs, ...without } = entry
  store.set(without)
  expect(read()).toBe('2')
  expect(happened().filter((what) => what.startsWith('miss'))).toEqual([
    'miss absent',
    ...Array(4).fill('miss unreadable'),
  ])
  store.set(entry)
  expect(read()).toBe('2')
  expect(happened()).toEqual(['miss input a'])
})
