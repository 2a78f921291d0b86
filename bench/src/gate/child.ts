// One group of rows in its own process: node child.js <group> <blocks> <folder>. Its last line is the result as JSON.
import { mkdirSync } from 'node:fs'
import type { Found, Group } from './rows.ts'

const MEASURE = {
  disk: () => import('./disk.ts'),
  many: () => import('./many.ts'),
  memory: () => import('./memory.ts'),
  trace: () => import('./trace.ts'),
  beside: () => import('./beside.ts'),
  code: () => import('./code.ts'),
  values: () => import('./values.ts'),
  codecs: () => import('./codecs.ts'),
  lmdb: () => import('./lmdb.ts'),
  cold: () => import('./cold.ts'),
  mongo: () => import('./mongo.ts'),
  large: () => import('./large.ts'),
} satisfies Record<Group, () => Promise<{ measure(folder: string, blocks: number): Promise<Found> }>>

const [group, blocks, folder] = process.argv.slice(2) as [Group, string, string]
mkdirSync(folder, { recursive: true })
const { measure } = await MEASURE[group]()
console.log(JSON.stringify(await measure(folder, Number(blocks))))
