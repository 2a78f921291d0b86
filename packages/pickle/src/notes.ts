import { isIndex } from './own-properties.ts'

/**
 * The annotations of a tree while it is written, as JSON. Each has a path from the object that is being written, and a type.
 * The part itself has no path until {@link Notes.lift} puts it under its step.
 */
export class Notes {
  readonly #paths: (string | undefined)[] = []
  readonly #types: string[] = []
  readonly #steps = new Map<string, string>()

  get count(): number {
    return this.#paths.length
  }

  /**
   * A key as a step of a path, with a backslash before dots and backslashes, and escaped as in JSON: a path in JSON is its
   * steps in JSON, with dots between them.
   */
  stepOf(key: string): string {
    let step = this.#steps.get(key)
    if (step === undefined) {
      step = JSON.stringify(key.replace(/[\\.]/g, '\\$&')).slice(1, -1)
      this.#steps.set(key, step)
    }
    return step
  }

  /** Notes the type of the current part. */
  add(type: string): void {
    this.#paths.push(undefined)
    this.#types.push(type)
  }

  /**
   * Puts the notes from `start` on, those of a part, under its step. `first` is the first note of the object with this part.
   * Returns whether the notes of the object are now in another order than a JavaScript object would list them.
   */
  lift(step: string, start: number, first: number): boolean {
    const paths = this.#paths
    const isOwn = paths[start] === undefined
    for (let index = start; index < paths.length; index++) {
      const path = paths[index]
      paths[index] = path === undefined ? step : `${step}.${path}`
    }
    return isOwn && start > first && isIndex(step) && !isIndex(paths[start - 1] as string)
  }

  /** Lists indices first, as a JavaScript object does. They are in ascending order already. */
  sort(first: number): void {
    const order = Array.from({ length: this.count - first }, (_, index) => first + index)
    const sorted = [
      ...order.filter((index) => isIndex(this.#paths[index] as string)),
      ...order.filter((index) => !isIndex(this.#paths[index] as string)),
    ]
    const [paths, types] = [this.#paths, this.#types].map((list) => sorted.map((index) => list[index] as string))
    for (const [index, path] of (paths as string[]).entries()) {
      this.#paths[first + index] = path
      this.#types[first + index] = (types as string[])[index] as string
    }
  }

  /** Makes the notes from `first` on part of the note of their object, which has a type too. */
  wrap(type: string, first: number): void {
    const within = this.#json(first)
    this.#paths.length = first
    this.#types.length = first
    this.add(within === undefined ? `[${type}]` : `[${type},${within}]`)
  }

  /** All notes of the whole tree. */
  json(): string | undefined {
    return this.count === 1 && this.#paths[0] === undefined ? this.#types[0] : this.#json(0)
  }

  #json(first: number): string | undefined {
    if (this.count === first) return undefined
    const notes: string[] = []
    for (let index = first; index < this.count; index++) notes.push(`"${this.#paths[index]}":${this.#types[index]}`)
    return `{${notes.join()}}`
  }
}
