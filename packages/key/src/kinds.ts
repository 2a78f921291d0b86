import { BufferClass, builtInName, isBareDate, types } from '@persist/platform'
import { BINARY_KINDS, BUFFER } from './binary-kinds.ts'
import { writeArray, writeMap, writeSet } from './containers.ts'
import { hasOnlyKeysOf, type Kind, kind } from './kind.ts'
import { MAX_LENGTH } from './limits.ts'
import { refuse } from './refusal.ts'
import { refuseLength } from './scalars.ts'
import { TEMPORAL_KINDS } from './temporal-kinds.ts'

/**
 * The kind of the objects with a prototype, of this realm or another one (a `node:vm` context, a test runner). `'plain'` for
 * the `Object.prototype` of another realm. A subclass has no kind, because it may hold anything.
 */
export function kindOf(proto: object): Kind<never> | 'plain' | undefined {
  const known = kinds.get(proto)
  if (known !== undefined) return known
  const name = builtInName(proto)
  const found = name === 'Object' ? plainKind(proto) : BY_NAME.get(name ?? '')
  if (found !== undefined) kinds.set(proto, found)
  return found
}

/** `undefined` for a class of a native addon that is named Object. */
function plainKind(proto: object): 'plain' | undefined {
  return Object.getPrototypeOf(proto) === null ? 'plain' : undefined
}

function boxKind(name: string, isReal: (object: object) => boolean, isBare?: (box: object) => boolean): Kind<never> {
  return kind<object>(name, isReal, (box, walk) => walk.tagged('Object', box.valueOf()), isBare)
}

function hasOnlyCharacters(box: object): boolean {
  const { length } = String.prototype.valueOf.call(box)
  if (length > MAX_LENGTH) refuseLength()
  return Reflect.ownKeys(box).length === length + 1
}

const LANGUAGE_KINDS: readonly Kind<never>[] = [
  // writeArray checks for other properties itself.
  kind<unknown[]>('Array', Array.isArray, writeArray, () => true),
  kind<Date>('Date', types.isDate, (date, walk) => walk.tagged('Date', date.getTime()), isBareDate),
  kind<RegExp>(
    'RegExp',
    types.isRegExp,
    (regExp, walk) => {
      const { source, flags, lastIndex } = regExp
      if (typeof lastIndex !== 'number') refuse('a RegExp whose lastIndex is not a number has no canonical form')
      walk.tagged('RegExp', source, flags, lastIndex)
    },
    (regExp) => Reflect.ownKeys(regExp).length === 1,
  ),
  kind<Map<unknown, unknown>>('Map', types.isMap, writeMap),
  kind<Set<unknown>>('Set', types.isSet, writeSet),
  boxKind('Number', types.isNumberObject),
  boxKind('Boolean', types.isBooleanObject),
  boxKind('BigInt', types.isBigIntObject),
  boxKind('String', types.isStringObject, hasOnlyCharacters),
]

const BY_NAME = new Map([...LANGUAGE_KINDS, ...BINARY_KINDS].map((one) => [one.name, one]))
for (const [name, { kind }] of TEMPORAL_KINDS) BY_NAME.set(name, kind)

/** Whether a getter or method that reads internal slots accepts the object. */
function accepts(object: object, read: (() => unknown) | undefined): boolean {
  try {
    read!.call(object)
    return true
  } catch {
    return false
  }
}

/** The object in a chain of prototypes that has a property of its own. */
function ownerOf(proto: object, name: string): object | undefined {
  let owner: object | null = proto
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null
  return owner ?? undefined
}

/** Where `href` is. In jsdom and happy-dom under Vitest the global class is a subclass of Node's, and both are in use. */
const withHref = ownerOf(URL.prototype, 'href') ?? URL.prototype
const href = Object.getOwnPropertyDescriptor(withHref, 'href')?.get
const URL_KIND = kind<URL>(
  'URL',
  (object) => accepts(object, href),
  (url, walk) => walk.tagged('URL', url.href),
  hasOnlyKeysOf(() => {
    const url = new URL('http://a/')
    // jsdom keeps this object in another such property.
    void url.searchParams
    return url
  }),
)

// Node's classes are not native code, and a process has one of each.
const kinds = new WeakMap<object, Kind<never> | 'plain'>([
  [URL.prototype, URL_KIND],
  [withHref, URL_KIND],
  [
    URLSearchParams.prototype,
    kind<URLSearchParams>(
      'URLSearchParams',
      (object) => accepts(object, URLSearchParams.prototype.toString),
      (parameters, walk) => walk.tagged('URLSearchParams', parameters.toString()),
      hasOnlyKeysOf(() => new URLSearchParams()),
    ),
  ],
])
if (BufferClass !== undefined) kinds.set(BufferClass.prototype, BUFFER)
// The classes of a polyfill are not native code either.
for (const { prototype, kind } of TEMPORAL_KINDS.values()) kinds.set(prototype, kind)
