import type { Task } from './child.ts'
import { killable } from './killed.ts'

/** Stores one result after the other, and reports each that the caller has, until the process is killed. */
export async function run({ load, folder, parameters, say }: Task<{ from: number }>): Promise<never> {
  const { call } = await killable(await (await load()).open(folder))
  for (let id = parameters.from; ; id++) {
    say({ begun: id })
    await call(id)
    say({ had: id })
    // A peer that stores in the background needs the event loop, which any real program gives it.
    await new Promise(setImmediate)
  }
}
