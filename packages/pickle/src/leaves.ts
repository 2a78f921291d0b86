import { types } from 'node:util'
import { BINARY_LEAVES } from './binary-leaves.ts'
import { isBare, type Leaf } from './leaf.ts'
import { makeHome } from './realm.ts'
import { Tagged } from './tagged.ts'
import { TEMPORAL } from './temporal.ts'

/** The built-in types without members. `binary`: V8's serializer writes bytes, dates and holes by itself. */
export const LEAVES: readonly Leaf[] = [
  {
    name: 'Date',
    prototype: Date.prototype,
    lower(value, binary) {
      const time = Date.prototype.getTime.call(value)
      if (!isBare(value)) return undefined
      return binary || !Number.isNaN(time) ? new Date(time) : new Tagged('Date', null)
    },
    raise(payload) {
      expect(payload === null)
      return new Date(Number.NaN)
    },
  },
  {
    name: 'RegExp',
    prototype: RegExp.prototype,
    lower(value) {
      const regExp = value as RegExp
      if (!types.isRegExp(value)) throw new TypeError('not a RegExp')
      if (Reflect.ownKeys(value).length !== 1) return undefined
      const { source, flags, lastIndex } = regExp
      if (Object.is(lastIndex, 0)) return new RegExp(source, flags)
      if (!Number.isSafeInteger(lastIndex)) throw new TypeError('its lastIndex is no whole number')
      return new Tagged('RegExp', [source, flags, lastIndex])
    },
    raise(payload) {
      expect(Array.isArray(payload) && payload.length === 3)
      const [source, flags, lastIndex] = payload as unknown[]
      expect(typeof source === 'string' && typeof flags === 'string' && Number.isSafeInteger(lastIndex))
      return Object.assign(new RegExp(source as string, flags as string), { lastIndex })
    },
  },
  {
    name: 'URL',
    prototype: URL.prototype,
    lower(value, binary) {
      const href = trueHref.call(value) as string
      if (!isBareUrl(value)) return undefined
      // Not every URL reads back as it was written: https://github.com/whatwg/url/issues/415
      const copy = new URL(href)
      if (copy.href !== href) throw new TypeError('its text reads back as another URL')
      return binary ? new Tagged('URL', href) : copy
    },
    raise(payload) {
      expect(typeof payload === 'string')
      return new URL(payload as string)
    },
    window: (value) => ({ onto: (value as URL).searchParams, start: 0, end: 1 }),
  },
  {
    name: 'URLSearchParams',
    prototype: URLSearchParams.prototype,
    lower(value) {
      const text = URLSearchParams.prototype.toString.call(value)
      return isBareParams(value) ? new Tagged('URLSearchParams', text) : undefined
    },
    raise(payload) {
      expect(typeof payload === 'string')
      return new URLSearchParams(payload as string)
    },
    window: (value) => ({ onto: value, start: 0, end: 1 }),
  },
  ...BINARY_LEAVES,
  ...TEMPORAL,
]

for (const { name, prototype } of LEAVES) if (prototype !== undefined) makeHome(name, prototype)

const trueHref = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get as () => string

// Deno keeps the insides of these two under symbols of their own. Made when needed, for a fast start.
const isBareUrl = hasOnlyKeysOf(() => new URL('http://a/'))
const isBareParams = hasOnlyKeysOf(() => new URLSearchParams())

function hasOnlyKeysOf(fresh: () => object): (value: object) => boolean {
  let keys: readonly PropertyKey[] | undefined
  return (value) => {
    keys ??= Reflect.ownKeys(fresh())
    const own = Reflect.ownKeys(value)
    return own.length === keys.length && own.every((key) => keys!.includes(key))
  }
}

function expect(right: boolean): void {
  if (!right) throw new TypeError('not made of what this type is made of')
}
