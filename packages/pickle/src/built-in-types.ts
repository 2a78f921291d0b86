import { isBareDate, RealDate, types } from '@persist/platform'
import { BINARY_TYPES } from './binary-types.ts'
import type { BuiltInType } from './built-in-type.ts'
import { registerPrototype } from './realm.ts'
import { Tagged } from './tagged.ts'
import { TEMPORAL_TYPES } from './temporal-types.ts'

/** The built-in types whose values have no members. With `binary`, V8's serializer writes bytes and dates itself. */
export const BUILT_IN_TYPES: readonly BuiltInType[] = [
  {
    name: 'Date',
    prototype: RealDate.prototype,
    encode(value, binary) {
      const time = Date.prototype.getTime.call(value)
      if (!isBareDate(value)) return undefined
      return binary || !Number.isNaN(time) ? new RealDate(time) : new Tagged('Date', null)
    },
    revive(payload) {
      expectPayload('Date', payload === null)
      return new Date(Number.NaN)
    },
  },
  {
    name: 'RegExp',
    prototype: RegExp.prototype,
    encode(value) {
      const regExp = value as RegExp
      if (!types.isRegExp(value)) throw new TypeError('not a RegExp')
      if (Reflect.ownKeys(value).length !== 1) return undefined
      const { source, flags, lastIndex } = regExp
      if (Object.is(lastIndex, 0)) return new RegExp(source, flags)
      if (!Number.isSafeInteger(lastIndex)) throw new TypeError('its lastIndex is not an integer')
      return new Tagged('RegExp', [source, flags, lastIndex])
    },
    revive(payload) {
      expectPayload('RegExp', Array.isArray(payload) && payload.length === 3)
      const [source, flags, lastIndex] = payload as unknown[]
      const isValid = typeof source === 'string' && typeof flags === 'string' && Number.isSafeInteger(lastIndex)
      expectPayload('RegExp', isValid)
      return Object.assign(new RegExp(source as string, flags as string), { lastIndex })
    },
  },
  {
    name: 'URL',
    prototype: URL.prototype,
    encode(value, binary) {
      const href = trueHref.call(value) as string
      if (!isBareUrl(value)) return undefined
      // Not every URL reads back as it was written: https://github.com/whatwg/url/issues/415
      const copy = new URL(href)
      if (copy.href !== href) throw new TypeError('its href reads back as another URL')
      return binary ? new Tagged('URL', href) : copy
    },
    revive(payload) {
      expectPayload('URL', typeof payload === 'string')
      return new URL(payload as string)
    },
    byteRange: (value) => ({ buffer: (value as URL).searchParams, start: 0, end: 1 }),
  },
  {
    name: 'URLSearchParams',
    prototype: URLSearchParams.prototype,
    encode(value) {
      const query = URLSearchParams.prototype.toString.call(value)
      return isBareParams(value) ? new Tagged('URLSearchParams', query) : undefined
    },
    revive(payload) {
      expectPayload('URLSearchParams', typeof payload === 'string')
      return new URLSearchParams(payload as string)
    },
    byteRange: (value) => ({ buffer: value, start: 0, end: 1 }),
  },
  ...BINARY_TYPES,
  ...TEMPORAL_TYPES,
]

export const BUILT_IN_BY_PROTOTYPE: ReadonlyMap<object | null | undefined, BuiltInType> = new Map(
  BUILT_IN_TYPES.map((type) => [type.prototype, type]),
)

for (const { name, prototype } of BUILT_IN_TYPES) if (prototype !== undefined) registerPrototype(name, prototype)

const trueHref = getterOf(URL.prototype, 'href') as () => string

/** A getter in a chain of prototypes: in jsdom and happy-dom under Vitest the global URL is a subclass of Node's. */
function getterOf(proto: object, name: string): (() => unknown) | undefined {
  for (let owner: object | null = proto; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const own = Object.getOwnPropertyDescriptor(owner, name)
    if (own !== undefined) return own.get
  }
  return undefined
}

// Deno keeps internals of these two in own properties with symbols. They are listed on first use, for a fast start.
const isBareUrl = hasOnlyKeysOf(() => {
  const url = new URL('http://a/')
  // jsdom keeps this object in another such property.
  void url.searchParams
  return url
})
const isBareParams = hasOnlyKeysOf(() => new URLSearchParams())

function hasOnlyKeysOf(fresh: () => object): (value: object) => boolean {
  let keys: readonly PropertyKey[] | undefined
  return (value) => {
    keys ??= Reflect.ownKeys(fresh())
    const own = Reflect.ownKeys(value)
    return own.every((key) => keys!.includes(key))
  }
}

function expectPayload(type: string, isValid: boolean): void {
  if (!isValid) throw new TypeError(`invalid payload for ${type}`)
}
