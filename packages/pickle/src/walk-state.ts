import { PickleError } from '@persist/errors'
import type { ResolvedOptions } from './options.ts'
import type { Part } from './parts.ts'
import { formatPath, type Step } from './path.ts'
import { refusalOfHidden, whyHidden } from './refusals.ts'
import type { FoundRange } from './shared-buffers.ts'
import type { Format } from './snapshot.ts'
import { Tagged } from './tagged.ts'

/** The state of one walk: what it found, the copies it made, and the path to the current part, for errors. */
export class WalkState {
  readonly options: ResolvedOptions
  readonly format: Format
  /** Whether the value contains something that plain JSON does not bring back. */
  rich = false
  /** Copies of objects that were reached more than once. */
  readonly shared = new Set<object>()
  readonly tagged: Tagged[] = []
  /** Objects that a user's type made. */
  readonly custom = new Set<object>()
  readonly byteRanges: FoundRange[] = []
  readonly parts: Part[] = []
  /** The steps to the current part. The steps before index `d` lead to the object at depth `d`. */
  protected readonly path: Step[] = []
  /** The depth of the current object. */
  protected depth = 0
  /** Of functions and symbols, too, if a user's type takes them. */
  protected readonly copies = new Map<object | symbol, object>()

  constructor(options: ResolvedOptions, format: Format) {
    this.options = options
    this.format = format
  }

  /** From now on, the walk uses this copy whenever it reaches the value. */
  remember(value: object | symbol, copy: object): void {
    this.copies.set(value, copy)
  }

  /** Makes an object that stands for a value. */
  tag(name: string, payload: unknown): Tagged {
    return this.adopt(new Tagged(name, payload))
  }

  /** Records an object that stands for a value. */
  adopt(tagged: Tagged): Tagged {
    this.rich = true
    this.tagged.push(tagged)
    return tagged
  }

  steps(depth: number): Step[] {
    return this.path.slice(0, depth)
  }

  /** The path to the current object. */
  here(): string {
    return formatPath(this.steps(this.depth))
  }

  fail(reason: string, depth: number, cause?: unknown): never {
    throw new PickleError(reason, formatPath(this.steps(depth)), cause === undefined ? undefined : { cause })
  }

  /** Fails at a part of the object at `depth`. */
  failAt(step: Step, depth: number, reason: string): never {
    this.path[depth] = step
    return this.fail(reason, depth + 1)
  }

  /** Fails for an object with a symbol as a key, or with a property that is not enumerable. */
  failHidden(value: object, depth: number): never {
    const refusal = refusalOfHidden(value)
    if (refusal !== undefined) this.fail(refusal, depth)
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === 'symbol')
        this.fail(`an object with a symbol for a key (${String(key)}) cannot be stored`, depth)
      if (key === 'length' && Array.isArray(value)) continue
      if (Object.getOwnPropertyDescriptor(value, key)?.enumerable !== true) this.failAt(key, depth, whyHidden(value))
    }
    return this.fail('this changes while it is read', depth)
  }

  /** Records a value beyond JSON, which the format `json` refuses. */
  protected beyondJson(what: string, depth: number): void {
    this.rich = true
    if (this.format === 'json') this.fail(`${what} is not plain JSON`, depth)
  }
}
