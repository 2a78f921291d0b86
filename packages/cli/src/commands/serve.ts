import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreAdapter } from '@persist/store'
import { Refusal } from '../errors/cli-error.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { functionsIn } from '../stores/functions.ts'
import { servePage } from '../web/server.ts'

/** A slow store is looked at while the page is open already. */
const LOOKING_MS = 2_000

/** `persist serve`: the page, until Ctrl-C. */
export async function serve(
  session: Session,
  named: readonly string[],
  { port, readonly = false }: { readonly port: number; readonly readonly?: boolean },
): Promise<void> {
  const { output } = session
  const looking = session.openFor('look', named)
  const changing = readonly ? undefined : session.open('change')
  const checking = check(session, looking, named)
  await Promise.race([checking, sleep(LOOKING_MS, undefined, { ref: false })])
  checking.catch((error: Error) => output.note(error.message))
  const page = await servePage({ name: session.name(looking), looking, changing, named }, port)
  // As soon as the address can be read, Ctrl-C must end it in good order.
  await interruptible(async (signal) => {
    await output.answer({ url: page.url }, () => `${session.name(looking)} is shown on ${output.paint.cyan(page.url)}`)
    if (output.isTerminal) output.note(output.paint.dim('Ctrl-C ends it'))
    if (!signal.aborted) await once(signal, 'abort')
  })
  await page.close()
}

/** What cannot be listed, or is not there, is an error of the command. A server that is only slow is not. */
async function check({ output }: Session, adapter: StoreAdapter, named: readonly string[]): Promise<void> {
  try {
    await functionsIn(adapter, named)
  } catch (error) {
    if (error instanceof Refusal || !(await answers(adapter))) throw error
    output.note(`${(error as Error).message}; the page goes on asking, and --timeout lets it wait longer`)
  }
}

async function answers(adapter: StoreAdapter): Promise<boolean> {
  if (adapter.ping === undefined) return false
  try {
    await adapter.ping()
    return true
  } catch {
    return false
  }
}
