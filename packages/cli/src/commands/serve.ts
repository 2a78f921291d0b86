import { once } from 'node:events'
import { interruptible } from '../interruption.ts'
import { servePage } from '../page/server.ts'
import { functionsIn, type Session } from '../session.ts'

/** `persist serve`: the page, until Ctrl-C. */
export async function serve(
  session: Session,
  named: readonly string[],
  { port, readonly = false }: { readonly port: number; readonly readonly?: boolean },
): Promise<void> {
  const looking = session.open('look')
  // What cannot be listed is told here, and not on the page.
  await functionsIn(looking, named)
  const changing = readonly ? undefined : session.open('change')
  const page = await servePage({ name: session.name(looking), looking, changing, named }, port)
  const { output } = session
  await output.answer({ url: page.url }, () => `${session.name(looking)} is shown on ${output.paint.cyan(page.url)}`)
  if (output.isTerminal) output.note(output.paint.dim('Ctrl-C ends it'))
  await interruptible((signal) => once(signal, 'abort'))
  await page.close()
}
