import type { ResolvedOptions } from '../resolved-options.ts'
import { type Usage, UsageFile } from './usage-file.ts'

/** What a namespace's bounds need to know of every change. */
export interface UsageTracking {
  /** The size of the file that is about to be replaced or removed, where that matters. */
  sizeOf(path: string): number | undefined
  /** An entry was written, instead of one of that size. */
  wrote(path: string, size: number, replaced: number | undefined): void
  /** An entry of that size was removed. */
  removed(size: number | undefined): void
  /** An entry was used. */
  used(path: string): void
  /** All entries were counted. */
  counted(usage: Usage): void
}

/** Keeps no bounds, and notes the changes for those who do. */
export class UnboundedUsage implements UsageTracking {
  readonly #options: ResolvedOptions
  readonly #usageFile: UsageFile
  #noted = false

  constructor(options: ResolvedOptions, namespaceId: string) {
    this.#options = options
    this.#usageFile = new UsageFile(options, namespaceId)
  }

  sizeOf(path: string): number | undefined {
    this.#noted = this.#usageFile.exists()
    return this.#noted ? this.#options.fs.lstatSync(path, { throwIfNoEntry: false })?.size : undefined
  }

  wrote(_: string, size: number, replaced: number | undefined): void {
    if (this.#noted) this.#usageFile.add({ entries: replaced === undefined ? 1 : 0, bytes: size - (replaced ?? 0) })
  }

  removed(size: number | undefined): void {
    if (this.#noted && size !== undefined) this.#usageFile.add({ entries: -1, bytes: -size })
  }

  used(): void {}

  counted(usage: Usage): void {
    if (this.#usageFile.exists()) this.#usageFile.start(usage)
  }
}
