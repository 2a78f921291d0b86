import { type Answer, ask } from './ask.ts'
import type { Task } from './child.ts'
import { subjectOf } from './subject.ts'

export interface Flipped {
  readonly folder: string
  readonly answer: Answer
  readonly ran: boolean
}

/** Asks for an entry in each of the folders, in which one byte was changed. */
export async function run({ load, parameters, say }: Task<{ folders: readonly string[] }>): Promise<void> {
  const peer = await load()
  for (const folder of parameters.folders) {
    say({ begun: folder })
    let ran = false
    let answer: Answer = 'threw'
    try {
      const opened = await peer.open(folder)
      const subject = await subjectOf(opened, 'record', [0])
      answer = await ask(subject.call, [0], subject.expected[0])
      ran = subject.runs() > 0
      await opened.close?.()
    } catch {
      // The store cannot be opened, which is an error for the caller.
    }
    say({ folder, answer, ran } satisfies Flipped)
  }
}
