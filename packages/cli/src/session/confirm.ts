import { createInterface } from 'node:readline/promises'
import { EXIT, Refusal } from '../errors/cli-error.ts'
import type { Session } from './session.ts'

/** Asks a person for a yes before something is lost. Without a terminal, or after a no, the command ends. */
export async function confirm({ yes, output }: Session, question: string): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Refusal(`${question} There is no terminal to ask on: say --yes`)
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asking.question(`${output.paint.bold(question)} [y/N] `)
    if (!/^\s*y(?:es)?\s*$/i.test(answer)) throw new Refusal('nothing was changed', EXIT.no)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('nothing was changed', EXIT.interrupted)
  } finally {
    asking.close()
  }
}
