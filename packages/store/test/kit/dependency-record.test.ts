import { readFileSync } from 'node:fs'
import type { Entry } from '@persist/store'
import { dependencyEntry, readDependencyRecord } from '@persist/store/kit'
import { expect, it } from 'vitest'

const RECORD = {
  funcname: 'simulate',
  version: '2#Lve95gjOVATpfV8EL5X4nxwjKHE',
  parts: [
    { name: 'simulate', digest: 'c291cmNl' },
    { name: './integrate "quoted".ts', digest: 'ZGlnZXN0' },
  ],
  at: 1_800_000_000_000,
}
const golden = readFileSync(new URL('../golden/dependency-record.txt', import.meta.url), 'utf8').trimEnd()

it('the note of what a version depends on is stored as before', () => {
  expect(dependencyEntry(RECORD, 'hash')).toEqual({ hash: 'hash', createdAt: RECORD.at, payload: golden })
  expect(readDependencyRecord({ hash: 'hash', createdAt: RECORD.at, payload: golden })).toEqual(RECORD)
})

it.each<[string, Entry['payload']]>([
  ['bytes', new Uint8Array([1])],
  ['no JSON', '{"v":1'],
  ['nothing', 'null'],
  ['a later format', golden.replace('"v":1', '"v":2')],
  ['no function', golden.replace('funcname', 'name')],
  ['a part without a digest', golden.replace(',"ZGlnZXN0"', '')],
])('a note of %s is read as none', (_, payload) => {
  expect(readDependencyRecord({ hash: 'hash', createdAt: 1, payload })).toBeUndefined()
})
