// One group of rows in a process of its own: node child.js <group> <blocks>. Its last line is what it found, as JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found, Group } from './rows.ts'

const MEASURE = {
  disk: () => import('./disk.ts'),
  many: () => import('./many.ts'),
  memory: () => import('./memory.ts'),
  lmdb: () => import('./lmdb.ts'),
  cold: () => import('./cold.ts'),
  mongo: () => import('./mongo.ts'),
  large: () => import('./large.ts'),
} satisfies Record<Group, () => Promise<{ measure(folder: string, blocks: number): Promise<Found> }>>

const [group, blocks] = process.argv.slice(2) as [Group, string]
const folder = mkdtempSync(join(tmpdir(), 'persist-bench-'))
try {
  const { measure } = await MEASURE[group]()
  console.log(JSON.stringify(await measure(folder, Number(blocks))))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
