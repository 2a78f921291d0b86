// One program of a user in three modules, for every host that takes modules: two functions have one name, and their
// results are values that JSON has no form for.

/** How the two functions of the program are persisted, and how it is written. */
export interface Kind {
  /** Whether each function has a `funcname`. */
  readonly hasNames: boolean
  /** Whether the program registers the store of its URL, as a bundled program without installed packages has to. */
  readonly registers?: boolean
  /** JavaScript or TypeScript, by the extension of its files; `ts` is made CommonJS by the host. Default: `mjs`. */
  readonly language?: Language
}

export type Language = 'mjs' | 'mts' | 'ts'

/** The order in which the program imports its modules: bundlers number equal names by it. */
export type Order = readonly ['user', 'post'] | readonly ['post', 'user']

export const ORDERS: readonly [Order, Order] = [
  ['user', 'post'],
  ['post', 'user'],
]

/** The files of the program. `main` prints what `printed` returns. */
export function programOf(kind: Kind, [first, second]: Order): Record<string, string> {
  const language = kind.language ?? 'mjs'
  const place = (name: string) => (language === 'ts' ? `./${name}` : `./${name}.${language}`)
  return {
    [`user.${language}`]: moduleOf('user', kind),
    [`post.${language}`]: moduleOf('post', kind),
    [`register.${language}`]: kind.registers
      ? "import { registerStore } from '@persist/core'\nimport { fromUrl } from '@persist/store-disk'\nregisterStore('file', fromUrl)\n"
      : 'export {}\n',
    [`main.${language}`]: `
import '${place('register')}'
import { ${first} } from '${place(first)}'
import { ${second} } from '${place(second)}'
const show = ({ what, at, seen }${ofType(kind, 'ReturnType<typeof user>')}) => what + ' ' + at.toISOString() + ' ' + seen.get(1)?.has(2n)
console.log([user(1), post(1), user(1), post(1)].map(show).join(', '))
console.log(Reflect.get(globalThis, 'runs') ?? 0, 'runs')
`,
  }
}

/** What the program prints if all its results are right. */
export function printed(runs: number): string {
  const both = ['user', 'post'].map((what) => `${what} 1970-01-01T00:00:00.001Z true`)
  return `${[...both, ...both].join(', ')}\n${runs} runs\n`
}

/** The default cache, `./persist`: the module names none. */
function moduleOf(what: string, kind: Kind): string {
  return `
import { persist } from '@persist/core'
function load(id${ofType(kind, 'number')}) {
  Reflect.set(globalThis, 'runs', (Reflect.get(globalThis, 'runs') ?? 0) + 1)
  return { what: '${what}', at: new Date(id), seen: new Map([[1, new Set([2n])]]) }
}
export const ${what} = persist(load, { ttl: '1h', memory: true${kind.hasNames ? `, funcname: '${what}'` : ''} })
`
}

function ofType({ language = 'mjs' }: Kind, type: string): string {
  return language === 'mjs' ? '' : `: ${type}`
}
