import { decodePayload } from '../entries/decode.ts'
import { decodeEntry, unreadable } from '../entries/decode-entry.ts'
import { pretty } from '../entries/pretty.ts'
import { decodedToJson } from '../entries/to-json.ts'
import { escapeControls, jsonText } from '../output/escape.ts'
import type { Session } from '../session/session.ts'
import { type EntryName, find } from '../stores/find-entry.ts'

/** `persist get`: prints only the value; with `--raw`, exactly the bytes that the pickle returned. */
export async function get(
  session: Session,
  funcname: string,
  { raw, ...name }: EntryName & { readonly raw?: boolean },
): Promise<void> {
  const { output } = session
  const stored = await find(session.openFor('read', [funcname]), funcname, name)
  const { entry, unread } = decodeEntry(session.reader, funcname, stored)
  if (unread !== undefined) throw unreadable(unread)
  const { payload } = entry
  if (raw) return output.write(payload)
  const decoded = await decodePayload(payload)
  if (output.json) return output.print(jsonText(decodedToJson(decoded)))
  if (decoded.kind === 'value' && typeof decoded.value !== 'string') return output.print(pretty(output, decoded))
  if (decoded.kind === 'bytes') return output.isTerminal ? output.print(pretty(output, decoded)) : output.write(payload)
  const string = decoded.kind === 'value' ? String(decoded.value) : decoded.string
  await output.print(output.isTerminal ? escapeControls(string) : string)
}
