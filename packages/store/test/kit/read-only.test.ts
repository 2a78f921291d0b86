import type { OpenOptions, StoreAdapter } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import { readOnlyAdapter, readOnlyStore } from '@persist/store/kit'
import { expect, test } from 'vitest'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'

const ENTRY = { hash: 'a', payload: '1', createdAt: 1 }
const REFUSAL = { code: 'ERR_PERSIST_STORE_READ_ONLY', namespace: 'f' }

test('the refusals of a synchronous store are thrown, those of an asynchronous one are promises that are rejected', async () => {
  const store = memoryStore().open('f')
  store.set(ENTRY)
  const reader = readOnlyStore('sync', 'memory', 'f', store)
  expect(reader.get('a')).toEqual(ENTRY)
  expect(() => reader.delete('a')).toThrow(expect.objectContaining({ ...REFUSAL, operation: 'delete' }))
  const adapter = delayed(memoryStore())
  const later = readOnlyStore('async', adapter.name, 'f', adapter.open('f'))
  const deleted = later.delete('a')
  await expect(deleted).rejects.toMatchObject({ ...REFUSAL, operation: 'delete' })
})

test('a read-only adapter opens every namespace with readOnly, also one with private fields, and keeps the other options', async () => {
  const opened: (OpenOptions | undefined)[] = []
  class Adapter implements StoreAdapter<'sync'> {
    readonly mode = 'sync'
    readonly #memory = memoryStore()
    readonly supports = this.#memory.supports
    readonly name = 'private'
    open(namespace: string, options?: OpenOptions) {
      opened.push(options)
      return this.#memory.open(namespace)
    }
    namespaces() {
      return this.#memory.namespaces!()
    }
    close() {
      this.#memory.close()
    }
  }
  const reader = readOnlyAdapter(new Adapter())
  reader.open('f')
  reader.open('f', { bounds: { maxEntries: 1 } })
  expect(opened).toEqual([{ readOnly: true }, { readOnly: true, bounds: { maxEntries: 1 } }])
  expect([...reader.namespaces!()]).toEqual([])
  expect([reader.name, reader.mode, 'ping' in reader]).toEqual(['private', 'sync', false])
  reader.close()
})
