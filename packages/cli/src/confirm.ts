import { createInterface } from 'node:readline/promises'
import { CliError, EXIT } from './exit.ts'
import type { Session } from './session.ts'

/** Asks for confirmation before something is deleted. Throws without a terminal, or after a no. */
export async function confirm({ yes, output }: Session, question: string): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(`${question} Not a terminal: pass --yes to confirm`)
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asking.question(`${output.paint.bold(question)} [y/N] `)
    if (!/^\s*y(?:es)?\s*$/i.test(answer)) throw new CliError('nothing was changed', EXIT.no)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('nothing was changed', EXIT.interrupted)
  } finally {
    asking.close()
  }
}
