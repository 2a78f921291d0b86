import type { EntryReader } from '@persist/core/codecs'
import type { PersistError } from '@persist/errors'
import type { Entry, Head } from '@persist/store'
import { CliError, EXIT } from '../errors/cli-error.ts'

/** An entry as its pickle gave it, or why it cannot be decoded: then it is as it is stored. */
export type DecodedEntry = { readonly entry: Entry; readonly unread?: PersistError }

/** Decompresses and decrypts an entry. */
export function decodeEntry(reader: EntryReader, funcname: string, entry: Entry): DecodedEntry {
  try {
    return { entry: reader.decode(funcname, entry) }
  } catch (error) {
    return { entry, unread: error as PersistError }
  }
}

/** The stored key of a head in clear; `undefined` if there is none, or if it cannot be decrypted. */
export function readableKey(reader: EntryReader, funcname: string, head: Head): string | undefined {
  try {
    return reader.decodeKey(funcname, head)
  } catch {
    return undefined
  }
}

/** Ends the command. */
export function unreadable({ message, code }: PersistError): CliError {
  return new CliError(`${message}${code === 'ERR_PERSIST_DECRYPT' ? ': set its key as PERSIST_ENCRYPT' : ''}`, EXIT.no)
}
