// Times hits of a plain function in a new process, while other functions run, too: node hits-beside.js <folder> <others>.
// `versioned`: they have a `version`. `noticing`: they have `trace` and `dependsOn`. Prints microseconds per hit.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'

const KEYS = 200
const OTHERS = 20
/** Hits before the clock starts: those of the others have filled the caches of the processor. */
const FIRST = 5
const BATCH = 50
const WARM_UP_ROUNDS = 60
const ROUNDS = 100

const [folder, others] = process.argv.slice(2) as [string, 'versioned' | 'noticing']
const cache = `file://${folder}/cache` as const
const persist = createPersist({ env: {} })
const hit = persist((id: number) => PAYLOADS.record(id), { funcname: 'hit', cache })
const other =
  others === 'versioned' ? persist(PAYLOADS.record, { funcname: 'other', cache, version: '1' }) : await noticing()

for (let id = 0; id < KEYS; id++) {
  hit(id)
  other(id)
}
const rounds: number[] = []
let turn = 0
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  // The compiler sees both functions on their common ways.
  for (let call = 0; call < OTHERS; call++) other(turn++ % KEYS)
  for (let call = 0; call < FIRST; call++) hit(turn++ % KEYS)
  const began = performance.now()
  for (let call = 0; call < BATCH; call++) hit(turn++ % KEYS)
  if (round >= 0) rounds.push(((performance.now() - began) * 1000) / BATCH)
}
console.log(undisturbed(rounds))

async function noticing() {
  const { code, env } = await import('@persist/code')
  const inputs = await import('@persist/inputs')
  writeFileSync(join(folder, 'read.txt'), 'text')
  const run = (id: number) => {
    inputs.readFileSync(join(folder, 'read.txt'))
    inputs.env('HOME')
    return PAYLOADS.record(id)
  }
  const dependsOn = [code(import.meta), env('HOME')]
  return persist(run, { funcname: 'noticing', cache, trace: { root: folder }, dependsOn })
}
