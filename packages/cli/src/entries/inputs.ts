import type { Head, StoreAdapter } from '@persist/store'
import { CALL, callNameOf, inputOf, inputTitle } from '@persist/store/kit'

/** So many inputs of a tree are shown, those of nested calls included. */
const MOST_SHOWN = 200

/** The inputs of an entry. */
export interface InputTree {
  readonly shown: readonly InputNode[]
  /** How many were left out. */
  readonly more?: number
}

/** One input; for a call with the inputs of its own entry. */
export interface InputNode {
  readonly kind: string
  /** A path, a variable, the name of a function. */
  readonly name: string
  /** The entry of a call, if it is in this store. */
  readonly hash?: string
  readonly inputs?: InputTree
}

/** The inputs of an entry, and of the calls among them, as the store has them. `undefined`: none were recorded. */
export async function inputTree(adapter: StoreAdapter, head: Head): Promise<InputTree | undefined> {
  return head.inputs === undefined ? undefined : new InputReader(adapter).read(head.inputs)
}

/** One input on a line: kind and name, and the entry of a call. The digests only mean something to a program. */
export function inputLine(line: string): string {
  const input = inputOf(line)
  if (input === undefined) return line
  const hash = input.kind === CALL ? callNameOf(input.name)?.hash : undefined
  return [input.kind, inputTitle(input) ?? input.name, hash].filter((part) => part !== undefined).join(' ')
}

class InputReader {
  readonly #adapter: StoreAdapter
  /** The calls whose inputs are shown: a function may be called in many places. */
  readonly #calls = new Set<string>()
  #left = MOST_SHOWN

  constructor(adapter: StoreAdapter) {
    this.#adapter = adapter
  }

  async read(lines: readonly string[]): Promise<InputTree> {
    const shown: InputNode[] = []
    for (const line of lines) {
      if (this.#left === 0) break
      this.#left--
      shown.push(await this.#node(line))
    }
    const more = lines.length - shown.length
    return { shown, ...(more > 0 && { more }) }
  }

  async #node(line: string): Promise<InputNode> {
    const { kind, name } = inputOf(line) ?? { kind: 'unreadable', name: line }
    const title = inputTitle({ kind, name }) ?? name
    const called = kind === CALL ? callNameOf(name) : undefined
    if (called === undefined || called.store !== '') return { kind, name: title }
    const head = await this.#headOf(called.namespace, called.hash)
    if (head === undefined) return { kind, name: title }
    const { hash } = called
    if (head.inputs === undefined || this.#calls.has(name)) return { kind, name: title, hash }
    this.#calls.add(name)
    return { kind, name: title, hash, inputs: await this.read(head.inputs) }
  }

  /** The head of a called entry. The name comes from the store, where any program may have written it. */
  async #headOf(funcname: string, hash: string): Promise<Head | undefined> {
    try {
      this.#adapter.checkHash?.(hash)
      return (await this.#adapter.open(funcname, { readOnly: true, report: () => {} }).get(hash)) ?? undefined
    } catch {
      return undefined
    }
  }
}
