import { type Answer, ask } from './ask.ts'
import type { Task } from './child.ts'
import { killable } from './killed.ts'
import { PAYLOADS } from './payloads.ts'

export interface Reread {
  readonly id: number
  readonly answer: Answer
  readonly ran: boolean
}

/** Asks for all results that a killed writer may have stored, one line for each. */
export async function run({ load, folder, parameters, say }: Task<{ ids: readonly number[] }>): Promise<void> {
  const { call, ranSince } = await killable(await (await load()).open(folder))
  for (const id of parameters.ids) {
    say({ begun: id })
    const answer = await ask(call, [id], PAYLOADS.megabyte(id))
    say({ id, answer, ran: ranSince() } satisfies Reread)
  }
}
