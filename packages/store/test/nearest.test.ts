import { nearest } from '@persist/store'
import { expect, test } from 'vitest'

const SCHEMES = ['file', 'lmdb', 'memory', 'mongodb', 'mongodb+srv', 'redis']

test.each([
  ['mongo', 'mongodb'],
  ['mongodb+src', 'mongodb+srv'],
  ['fil', 'file'],
  ['ldmb', 'lmdb'],
  ['REDISS', 'redis'],
])('%s was probably %s', (word, known) => {
  expect(nearest(word, SCHEMES)).toBe(known)
})

test('a word that is like none has no nearest', () => {
  for (const word of ['postgres', 'x', '', 's3']) expect(nearest(word, SCHEMES), word).toBeUndefined()
  expect(nearest('mongo', [])).toBeUndefined()
})

test('a part of a word means it, and a longer word that shares some letters is not meant', () => {
  expect(nearest('name', ['ttl', 'funcname'])).toBe('funcname')
  expect(nearest('retries', ['ttl', 'maxEntries', 'maxBytes'])).toBeUndefined()
})

test('the known word comes back as it is written', () => {
  expect(nearest('funcName', ['ttl', 'funcname'])).toBe('funcname')
  expect(nearest('singleflight', ['singleFlight'])).toBe('singleFlight')
})
