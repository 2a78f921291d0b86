import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreAdapter } from '@persist/store'
import { CliError } from '../exit.ts'
import { functionsIn } from '../functions.ts'
import { interruptible } from '../interruption.ts'
import type { Session } from '../session.ts'
import { servePage } from '../web/server.ts'

/** After this time, the page opens even if the store has not answered yet. */
const CHECK_MS = 2_000

/** `persist serve`: serves the page until Ctrl-C. */
export async function serve(
  session: Session,
  named: readonly string[],
  { port, readonly = false }: { readonly port: number; readonly readonly?: boolean },
): Promise<void> {
  const { output } = session
  const looking = session.openFor('read', named)
  const changing = readonly ? undefined : session.open('change')
  const checking = check(session, looking, named)
  await Promise.race([checking, sleep(CHECK_MS, undefined, { ref: false })])
  checking.catch((error: Error) => output.note(error.message))
  const page = await servePage({ name: session.name(looking), looking, changing, named }, port)
  // Ctrl-C must end the command cleanly as soon as the address is printed.
  await interruptible(async (signal) => {
    await output.answer({ url: page.url }, () => `${session.name(looking)} is shown on ${output.paint.cyan(page.url)}`)
    if (output.isTerminal) output.note(output.paint.dim('Ctrl-C ends it'))
    if (!signal.aborted) await once(signal, 'abort')
  })
  await page.close()
}

/** Throws if the functions cannot be listed or do not exist, but not if a server is only slow. */
async function check({ output }: Session, adapter: StoreAdapter, named: readonly string[]): Promise<void> {
  try {
    await functionsIn(adapter, named)
  } catch (error) {
    if (error instanceof CliError || !(await answers(adapter))) throw error
    output.note(`${(error as Error).message}; the page tries again, and --timeout makes it wait longer`)
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
