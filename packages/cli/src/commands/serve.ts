import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreAdapter } from '@persist/store'
import { CliError } from '../errors/cli-error.ts'
import { interruptible } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { functionsIn } from '../stores/functions.ts'
import { serveWeb } from '../web/server.ts'

/** How long to wait for the first answer of the store before the page is served. */
const FIRST_ANSWER_MS = 2_000

/** `persist serve`: serves the page until Ctrl-C. */
export async function serve(
  session: Session,
  named: readonly string[],
  { port, root, readonly = false }: { readonly port: number; readonly root?: string; readonly readonly?: boolean },
): Promise<void> {
  const { output } = session
  const reader = session.openFor('read', named)
  const changer = readonly ? undefined : session.open('change')
  const checking = check(session, reader, named)
  await Promise.race([checking, sleep(FIRST_ANSWER_MS, undefined, { ref: false })])
  checking.catch((error: Error) => output.note(error.message))
  const store = { name: session.name(reader), reader, entries: session.reader, changer, named, root }
  const page = await serveWeb(store, port)
  // From the moment the address is printed, Ctrl-C must end it properly.
  await interruptible(async (signal) => {
    await output.answer({ url: page.url }, () => `${session.name(reader)} is shown on ${output.paint.cyan(page.url)}`)
    if (output.isTerminal) output.note(output.paint.dim('Press Ctrl-C to stop'))
    if (!signal.aborted) await once(signal, 'abort')
  })
  await page.close()
}

/** Throws if the functions are missing or cannot be listed. A slow server is only noted. */
async function check({ output }: Session, adapter: StoreAdapter, named: readonly string[]): Promise<void> {
  try {
    await functionsIn(adapter, named)
  } catch (error) {
    if (error instanceof CliError || !(await answers(adapter))) throw error
    output.note(`${(error as Error).message}; the page keeps trying, and --timeout lets it wait longer`)
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
