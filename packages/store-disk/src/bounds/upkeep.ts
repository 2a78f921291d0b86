import type { Plan } from '../plan.ts'
import { Tally, type Usage } from './tally.ts'

/** What a namespace's bounds need to know of every change. */
export interface Upkeep {
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
export class Bystander implements Upkeep {
  readonly #plan: Plan
  readonly #tally: Tally
  #noted = false

  constructor(plan: Plan, tag: string) {
    this.#plan = plan
    this.#tally = new Tally(plan, tag)
  }

  sizeOf(path: string): number | undefined {
    this.#noted = this.#tally.exists()
    return this.#noted ? this.#plan.fs.lstatSync(path, { throwIfNoEntry: false })?.size : undefined
  }

  wrote(_: string, size: number, replaced: number | undefined): void {
    if (this.#noted) this.#tally.add({ entries: replaced === undefined ? 1 : 0, bytes: size - (replaced ?? 0) })
  }

  removed(size: number | undefined): void {
    if (this.#noted && size !== undefined) this.#tally.add({ entries: -1, bytes: -size })
  }

  used(): void {}

  counted(usage: Usage): void {
    if (this.#tally.exists()) this.#tally.start(usage)
  }
}
