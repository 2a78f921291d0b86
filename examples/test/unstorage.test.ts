import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@persist/store/conformance'
import { createStorage, type Storage } from 'unstorage'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { unstorageStore } from '../src/unstorage-store.ts'
import { runExample } from './run-example.ts'

describe('the bridge to unstorage, over its driver for memory', () => {
  const places = new Map<string, Storage>()
  conformance({
    runner: { describe, test },
    adapter: (place) => {
      const storage = places.get(place) ?? createStorage()
      places.set(place, storage)
      // A dispose would lose the entries in memory.
      return { ...unstorageStore(storage, place), close: async () => {} }
    },
    cleanup: (place) => void places.delete(place),
    damage: async (place, _namespace, hash) => {
      const storage = places.get(place)!
      for (const key of await storage.getKeys()) {
        const kept = await storage.getItem<{ hash: string }>(key)
        if (kept?.hash === hash) await storage.setItemRaw(key, JSON.stringify(kept).slice(0, -5))
      }
    },
  })
})

describe('the example', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-example-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('computes once, stores files of unstorage, and computes again if a file is torn', () => {
    expect(runExample(folder, 'unstorage')).toBe('asking for France\nParis 1970-01-01T00:00:00.000Z\nFrance: Paris\n')
    expect(runExample(folder, 'unstorage')).toBe('Paris 1970-01-01T00:00:00.000Z\nFrance: Paris\n')
    const [room] = readdirSync(join(folder, 'unstorage/persist'))
    const [file] = readdirSync(join(folder, 'unstorage/persist', room!))
    writeFileSync(join(folder, 'unstorage/persist', room!, file!), '{"hash":"half')
    expect(runExample(folder, 'unstorage')).toContain('asking for France')
  })
})
