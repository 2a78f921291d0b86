// One program of a user in three modules, for every host that takes modules: two functions have one name, and their
// results are values that JSON has no form for.

/** How the two functions of the program are persisted. */
export interface Kind {
  /** Whether each function has a `funcname`. */
  readonly hasNames: boolean
  /** Whether the program registers the store of its URL, as a bundled program without installed packages has to. */
  readonly registers?: boolean
}

/** The order in which the program imports its modules: bundlers number equal names by it. */
export type Order = readonly ['user', 'post'] | readonly ['post', 'user']

export const ORDERS: readonly [Order, Order] = [
  ['user', 'post'],
  ['post', 'user'],
]

/** The files of the program. `main.mjs` prints what `printed` returns. */
export function programOf({ hasNames, registers = false }: Kind, [first, second]: Order): Record<string, string> {
  return {
    'user.mjs': moduleOf('user', hasNames),
    'post.mjs': moduleOf('post', hasNames),
    'register.mjs': registers
      ? "import { registerStore } from '@persist/core'\nimport { fromUrl } from '@persist/store-disk'\nregisterStore('file', fromUrl)\n"
      : '',
    'main.mjs': `
import './register.mjs'
import { ${first} } from './${first}.mjs'
import { ${second} } from './${second}.mjs'
const show = ({ what, at, seen }) => what + ' ' + at.toISOString() + ' ' + seen.get(1).has(2n)
console.log([user(1), post(1), user(1), post(1)].map(show).join(', '))
console.log(globalThis.runs ?? 0, 'runs')
`,
  }
}

/** What the program prints if all its results are right. */
export function printed(runs: number): string {
  const both = ['user', 'post'].map((what) => `${what} 1970-01-01T00:00:00.001Z true`)
  return `${[...both, ...both].join(', ')}\n${runs} runs\n`
}

/** The default cache, `./persist`: the module names none. */
function moduleOf(what: string, hasName: boolean): string {
  return `
import { persist } from '@persist/core'
function load(id) {
  globalThis.runs = (globalThis.runs ?? 0) + 1
  return { what: '${what}', at: new Date(id), seen: new Map([[1, new Set([2n])]]) }
}
export const ${what} = persist(load, { ttl: '1h', memory: true${hasName ? `, funcname: '${what}'` : ''} })
`
}
