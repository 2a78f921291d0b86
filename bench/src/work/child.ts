// One peer at one work, in a process of its own: node child.js <peer> <work> <folder> <parameters as JSON>.
// What it finds goes to file descriptor 3, a line of JSON each; what a library prints is not in the way there.
import { writeSync } from 'node:fs'
import { PEERS, type PeerId } from '../peers/index.ts'
import type { Peer } from '../peers/peer.ts'

/** What a work is handed. Importing the peer is part of some works, so it is left to them. */
export interface Task<P> {
  readonly load: () => Promise<Peer>
  readonly folder: string
  readonly parameters: P
  /** Tells the parent at once, also when the process is about to be killed. */
  readonly say: (line: unknown) => void
}

const WORKS = {
  fill: () => import('./fill.ts'),
  hit: () => import('./hit.ts'),
  cold: () => import('./cold.ts'),
  together: () => import('./together.ts'),
  alone: () => import('./alone.ts'),
  values: () => import('./values.ts'),
  pairs: () => import('./pairs.ts'),
  write: () => import('./write.ts'),
  reread: () => import('./reread.ts'),
  flipped: () => import('./flipped.ts'),
} satisfies Record<string, () => Promise<{ run(task: Task<never>): unknown }>>

export type WorkName = keyof typeof WORKS

const [id, work, folder, parameters] = process.argv.slice(2) as [PeerId, WorkName, string, string]
const say = (line: unknown) => void writeSync(3, `${JSON.stringify(line)}\n`)
const load = async () => (await PEERS[id]()).peer
const { run } = await WORKS[work]()
const result = await run({ load, folder, parameters: JSON.parse(parameters) as never, say })
if (result !== undefined) say(result)
process.exit(0)
