import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@persist/store/conformance'
import { type LmdbStoreOptions, lmdbStore } from '@persist/store-lmdb'
import { describe, test } from 'vitest'
import { spoil } from './support/spoil.ts'

const folder = (place: string) => join(tmpdir(), place)

function proven(options: LmdbStoreOptions) {
  conformance({
    runner: { describe, test },
    adapter: (place) => lmdbStore(folder(place), options),
    cleanup: (place) => rmSync(folder(place), { recursive: true, force: true }),
    damage: (place, namespace, hash) => spoil(folder(place), namespace, hash, (record) => record.fill(7, 40)),
    unreachable: () => lmdbStore('/dev/null/cache', options),
  })
}

describe('an LMDB file', () => proven({ flush: false }))

// The same code, and a wait for the disk at each of some ten thousand writes.
describe.runIf(process.env.PERSIST_SOAK)('an LMDB file that is flushed', () => proven({ flush: true }))
