import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask } from './ask.ts'
import type { Task } from './child.ts'
import { PAYLOADS } from './payloads.ts'

/** One of several processes that call with one key at the same time. Each run appends a byte to the file `runs`. */
export async function run({
  load,
  folder,
  parameters,
}: Task<{ at: number; runs: string }>): Promise<{ answer: Answer }> {
  const opened = await (await load()).open(folder)
  const call = await opened.memoize('processes', async () => {
    appendFileSync(parameters.runs, '.')
    await sleep(300)
    return PAYLOADS.record(1)
  })
  await sleep(Math.max(0, parameters.at - Date.now()))
  const answer = await ask(call, [1], PAYLOADS.record(1))
  await opened.close?.()
  return { answer }
}
