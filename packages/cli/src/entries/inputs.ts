import type { Entry, Head, StoreAdapter } from '@persist/store'
import { CALL, callNameOf, type Input, inputOf, inputTitle } from '@persist/store/kit'
import type { InputStates } from './input-states.ts'
import type { InputNode, InputState, InputTree } from './made-from.ts'

/** So many inputs of a tree are shown, those of nested calls included. */
const MOST_SHOWN = 200

/** The inputs of an entry, and of the calls among them, as the store has them. `undefined`: none were recorded. */
export async function inputTree(
  adapter: StoreAdapter,
  head: Head,
  states: () => Promise<InputStates>,
): Promise<InputTree | undefined> {
  return head.inputs === undefined ? undefined : new InputReader(adapter, await states()).read(head.inputs)
}

/** The names of the inputs of an entry, not of those below them, that have a state. */
export function namesIn({ shown }: InputTree, wanted: InputState): string[] {
  return [...new Set(shown.filter(({ state }) => state === wanted).map(({ name }) => name))]
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
  readonly #states: InputStates
  /** The calls whose inputs are shown: a function may be called in many places. While a call is read, its state is unknown. */
  readonly #calls = new Map<string, InputState>()
  #left = MOST_SHOWN

  constructor(adapter: StoreAdapter, states: InputStates) {
    this.#adapter = adapter
    this.#states = states
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
    const input = inputOf(line)
    if (input === undefined) return { kind: 'unreadable', name: line, state: 'changed' }
    const name = inputTitle(input) ?? input.name
    if (input.kind === CALL) return this.#call(input, name)
    return { kind: input.kind, name, state: this.#states.of(input) }
  }

  async #call({ kind, name, digest }: Input, title: string): Promise<InputNode> {
    const called = callNameOf(name)
    const entry = called?.store === '' ? await this.#entryOf(called.namespace, called.hash) : undefined
    if (called === undefined || entry === undefined) return { kind, name: title, state: 'unknown' }
    const { hash } = called
    const id = `${digest} ${name}`
    const known = this.#calls.get(id)
    if (known !== undefined) return { kind, name: title, state: known, hash }
    this.#calls.set(id, 'unknown')
    const inputs = entry.inputs === undefined ? undefined : await this.read(entry.inputs)
    const below = inputs?.shown.map((input) => input.state) ?? []
    const state = this.#states.ofCall(entry, digest, inputs?.more === undefined ? below : [...below, 'unknown'])
    this.#calls.set(id, state)
    return { kind, name: title, state, hash, ...(inputs && { inputs }) }
  }

  /** A called entry. The name comes from the store, where any program may have written it. */
  async #entryOf(funcname: string, hash: string): Promise<Entry | undefined> {
    try {
      this.#adapter.checkHash?.(hash)
      return (await this.#adapter.open(funcname, { readOnly: true, report: () => {} }).get(hash)) ?? undefined
    } catch {
      return undefined
    }
  }
}
