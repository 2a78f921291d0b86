import { join } from 'node:path'
import { type Answer, ask } from './ask.ts'
import type { Task } from './child.ts'
import { KINDS } from './kinds.ts'

/** The answer for one kind of value in one process, and whether the function ran. */
export interface Kept {
  readonly answer: Answer
  readonly ran: boolean
}

/** Stores each kind in its own folder, so that a kind that breaks its store does not break the others. */
export async function run({ load, folder }: Task<unknown>): Promise<Record<string, Kept>> {
  const peer = await load()
  const kept: Record<string, Kept> = {}
  for (const [kind, make] of Object.entries(KINDS)) {
    let ran = false
    let answer: Answer
    try {
      const opened = await peer.open(join(folder, kind.replace(' ', '-')))
      const call = await opened.memoize('value', () => {
        ran = true
        return make()
      })
      answer = await ask(call, [1], make())
      await opened.close?.()
    } catch {
      answer = 'threw'
    }
    kept[kind] = { answer, ran }
  }
  return kept
}
