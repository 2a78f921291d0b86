import type { Entry } from '@persist/store'

/** An entry to transfer, with the name of its function. */
export interface TransferItem {
  readonly funcname: string
  readonly entry: Entry
}
