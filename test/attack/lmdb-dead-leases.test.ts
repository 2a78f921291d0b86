import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { thisHolder } from '@persist/store/holder'
import { lmdbStore } from '@persist/store-lmdb'
import { afterAll } from 'vitest'
import { Environment } from '../../packages/store-lmdb/src/environment.ts'
import { keyOf, prefixOf } from '../../packages/store-lmdb/src/keys.ts'
import { encodeLease } from '../../packages/store-lmdb/src/lease-record.ts'
import { deadLeasesCase } from './dead-leases.ts'
import { shortLivedCase } from './short-lived.ts'

const folder = mkdtempSync(join(tmpdir(), 'persist-dead-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function die(funcname: string, hashes: readonly string[], ms: number): void {
  const environment = new Environment(folder, false)
  const prefix = prefixOf(funcname)
  const holder = { ...thisHolder(), host: 'another host' }
  environment.change(({ leases }) => {
    for (const hash of hashes) leases.putSync(keyOf(prefix, hash), encodeLease({ id: hash, ms, beat: 0, holder }))
  })
  environment.close()
}

deadLeasesCase(
  process.env.PERSIST_SOAK === '1' ? 100_000 : 3_000,
  (options) => lmdbStore(folder, { ...options, flush: false }),
  die,
)
shortLivedCase(() => lmdbStore(folder, { flush: false }), die)
