// One peer at one work, in its own process: node child.js <peer> <work> <folder> <parameters as JSON>.
// The results go to file descriptor 3 as lines of JSON, apart from the output of libraries.
import { writeSync } from 'node:fs'
import { PEERS, type PeerId } from '../peers/index.ts'
import type { Peer } from '../peers/peer.ts'

/** The argument of a work. The import of the peer is part of some works, so each work calls `load`. */
export interface Task<P> {
  readonly load: () => Promise<Peer>
  readonly folder: string
  readonly parameters: P
  /** Reports to the parent at once, even if the process is killed right after that. */
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
