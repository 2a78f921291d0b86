import { readPayload } from '../entries/decode.ts'
import { plainReading } from '../entries/to-json.ts'
import { harmless } from '../output/output.ts'
import type { Session } from '../session/session.ts'
import { type EntryName, find } from '../stores/find-entry.ts'
import { pretty } from './show.ts'

/** `persist get`: the value alone; with `--raw` exactly the bytes that the pickle gave. */
export async function get(
  session: Session,
  funcname: string,
  { raw, ...name }: EntryName & { readonly raw?: boolean },
): Promise<void> {
  const { output } = session
  const { payload } = await find(session.openFor('look', [funcname]), funcname, name)
  if (raw) return output.write(payload)
  const reading = await readPayload(payload)
  if (output.json) return output.print(JSON.stringify(plainReading(reading)))
  if (reading.kind === 'value' && typeof reading.value !== 'string') return output.print(pretty(output, reading))
  if (reading.kind === 'bytes') return output.isTerminal ? output.print(pretty(output, reading)) : output.write(payload)
  const text = reading.kind === 'value' ? String(reading.value) : reading.text
  await output.print(output.isTerminal ? harmless(text) : text)
}
