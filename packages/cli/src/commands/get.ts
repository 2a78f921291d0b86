import { type EntryName, find } from '../entry-name.ts'
import { harmless } from '../output.ts'
import { readPayload } from '../payload.ts'
import { plainReading } from '../plain.ts'
import type { Session } from '../session.ts'
import { pretty } from './show.ts'

/** `persist get`: prints only the value, with `--raw` exactly the bytes that the pickle returned. */
export async function get(
  session: Session,
  funcname: string,
  { raw, ...name }: EntryName & { readonly raw?: boolean },
): Promise<void> {
  const { output } = session
  const { payload } = await find(session.openFor('read', [funcname]), funcname, name)
  if (raw) return output.write(payload)
  const reading = await readPayload(payload)
  if (output.json) return output.print(JSON.stringify(plainReading(reading)))
  if (reading.kind === 'value' && typeof reading.value !== 'string') return output.print(pretty(output, reading))
  if (reading.kind === 'bytes') return output.isTerminal ? output.print(pretty(output, reading)) : output.write(payload)
  const text = reading.kind === 'value' ? String(reading.value) : reading.text
  await output.print(output.isTerminal ? harmless(text) : text)
}
