import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'
import type { Task } from './child.ts'
import { PAYLOADS } from './payloads.ts'

export interface Together {
  readonly calls: number
  readonly runs: number
  readonly bad: number
}

/** Calls with one key at the same time, in one process. */
export async function run({ load, folder, parameters }: Task<{ calls: number }>): Promise<Together> {
  const opened = await (await load()).open(folder)
  let runs = 0
  const call = await opened.memoize('together', async () => {
    runs++
    await sleep(50)
    return PAYLOADS.record(1)
  })
  const answers = await Promise.all(Array.from({ length: parameters.calls }, () => ask(call, [1], PAYLOADS.record(1))))
  await opened.close?.()
  return { calls: parameters.calls, runs, bad: answers.filter((answer) => answer !== 'right').length }
}
