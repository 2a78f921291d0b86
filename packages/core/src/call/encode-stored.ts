import type { Entry } from '@persist/store'
import { encodeEntry } from '../codecs/encode.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { reportProblem } from './store-guard.ts'

/**
 * An entry as it is stored: compressed, encrypted, or as it is. `undefined` if that fails, which is reported; the caller still
 * gets the result, unless `onStoreError` is `'throw'`.
 */
export function* encodeStored(context: Context, entry: Entry, mayWait: boolean): Steps<Entry | undefined> {
  const { codecs } = context
  if (codecs.compression === undefined && codecs.keys === undefined) return entry
  try {
    return yield* encodeEntry(codecs, entry, mayWait)
  } catch (error) {
    reportProblem(context, 'encode', entry.hash, asError(error))
    if (context.throwsStoreErrors) throw error
    return undefined
  }
}
