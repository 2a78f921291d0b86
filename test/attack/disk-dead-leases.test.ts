import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { afterAll } from 'vitest'
import { entryId, Layout, namespaceId } from '../../packages/store-disk/src/folder/layout.ts'
import { deadLeasesCase } from './dead-leases.ts'

const folder = mkdtempSync(join(tmpdir(), 'persist-dead-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

deadLeasesCase(
  process.env.PERSIST_SOAK === '1' ? 100_000 : 2_000,
  (options) => diskStore(folder, options),
  (funcname, hashes, ms) => {
    const layout = new Layout(folder)
    const tag = namespaceId(funcname)
    for (const shard of layout.shards) mkdirSync(shard, { recursive: true })
    writeFileSync(layout.leasesMarker(tag), '')
    for (const hash of hashes) {
      const mark = entryId(hash)
      writeFileSync(`${layout.shardOf(mark)}${tag}-${mark}-lease${ms}-0123456789ab-42-42-1-abc.${hash}`, '')
    }
  },
)
