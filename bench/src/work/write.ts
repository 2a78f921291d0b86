import type { Task } from './child.ts'
import { killable } from './killed.ts'

/** Stores one result after the other and tells each that the caller has, until it is killed. */
export async function run({ load, folder, parameters, say }: Task<{ from: number }>): Promise<never> {
  const { call } = await killable(await (await load()).open(folder))
  for (let id = parameters.from; ; id++) {
    say({ begun: id })
    await call(id)
    say({ had: id })
    // A peer that stores in the background is given the loop, as any real program would.
    await new Promise(setImmediate)
  }
}
