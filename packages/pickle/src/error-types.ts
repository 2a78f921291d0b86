import { setOwn } from './own-properties.ts'
import { registerPrototype } from './realm.ts'

/** The name of the built-in error class that a prototype belongs to. A user's subclass has another prototype. */
export const ERROR_NAMES: ReadonlyMap<object, string> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map((type) => [
    type.prototype,
    type.name,
  ]),
)

for (const [prototype, name] of ERROR_NAMES) registerPrototype(name, prototype)

/**
 * The properties in which JavaScriptCore (Bun) records where an error was created. It makes them when one of the last
 * three is first accessed, so the first two are deleted last.
 */
const POSITION: readonly string[] = ['line', 'column', 'sourceURL', 'originalLine', 'originalColumn']

/** Own properties of errors that are not enumerable. */
export const UNLISTED: ReadonlySet<string> = new Set(['message', 'cause', 'errors', 'name', 'stack', ...POSITION])

/** Line and column in the first frame of a stack that has them. */
const FRAME = /:(\d+):(\d+)\)?$/m

const ABSOLUTE = /^(?:[/\\]|[A-Za-z][\w+.-]*:)/

/**
 * Whether a property of an error only records where the error was created: its stack, or a position that JavaScriptCore
 * added. A `line` that a program set is a value: its property looks the same, but the stack names another line.
 */
export function isOrigin(error: object, key: PropertyKey): boolean {
  if (key === 'stack') return true
  if (!POSITION.includes(key as string) || Object.prototype.propertyIsEnumerable.call(error, key)) return false
  const { [key as string]: value, stack } = error as Record<string, unknown>
  const [, line, column] = (typeof stack === 'string' && FRAME.exec(stack)) || []
  if (key === 'line') return String(value) === line
  if (key === 'column') return String(value) === column
  // An absolute path belongs to this machine, also if a source map made the stack name another file.
  if (key === 'sourceURL') return typeof value === 'string' && ABSOLUTE.test(value)
  return typeof value === 'number'
}

/** A new error without properties. They are set later, because they may lead back to the error. */
export function emptyError(name: string): Error | undefined {
  for (const [prototype, known] of ERROR_NAMES) if (known === name) return blank(prototype)
  return undefined
}

function blank(prototype: object): Error {
  const error: Error =
    prototype === AggregateError.prototype ? new AggregateError([]) : new (prototype.constructor as ErrorConstructor)()
  // JavaScriptCore records the position of this call.
  for (const key of ['errors', ...POSITION]) Reflect.deleteProperty(error, key)
  return error
}

/** Sets the properties of an {@link emptyError}: the payload holds the hidden ones and the enumerable ones. */
export function fillError(error: Error, payload: unknown): void {
  const [unlisted, listed] = payload as [object, object]
  for (const [key, value] of Object.entries(unlisted)) {
    if (!UNLISTED.has(key)) throw new TypeError(`an error has no hidden "${key}"`)
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true })
  }
  for (const [key, value] of Object.entries(listed)) setOwn(error, key, value)
  // The frames of this call would mislead.
  if (!Object.hasOwn(unlisted, 'stack') && !Object.hasOwn(listed, 'stack')) {
    Object.defineProperty(error, 'stack', { value: headline(error), writable: true, configurable: true })
  }
}

function headline({ name, message }: Error): string {
  return typeof name === 'string' && typeof message === 'string' ? (message ? `${name}: ${message}` : name) : ''
}
