import { setOwn } from './own.ts'
import { makeHome } from './realm.ts'

/** Which class an error's prototype belongs to. A subclass of a user has another prototype, and is none of these. */
export const ERROR_NAMES: ReadonlyMap<object, string> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map((type) => [
    type.prototype,
    type.name,
  ]),
)

for (const [prototype, name] of ERROR_NAMES) makeHome(name, prototype)

/**
 * Where an error was made, as JavaScriptCore (Bun) notes it beside the stack. It makes these properties when one of the
 * last three is first touched, so the first two are deleted last.
 */
const POSITION: readonly string[] = ['line', 'column', 'sourceURL', 'originalLine', 'originalColumn']

/** Own properties that errors have without listing them. */
export const UNLISTED: ReadonlySet<string> = new Set(['message', 'cause', 'errors', 'name', 'stack', ...POSITION])

/** Line and column in the first frame of a stack that has them. */
const FRAME = /:(\d+):(\d+)\)?$/m

const ABSOLUTE = /^(?:[/\\]|[A-Za-z][\w+.-]*:)/

/**
 * Whether a property of an error only tells where it was made: its stack, and what JavaScriptCore notes beside it. A line
 * that a program set itself is a value; its property looks alike, but the stack names another line.
 */
export function isPlace(error: object, key: PropertyKey): boolean {
  if (key === 'stack') return true
  if (!POSITION.includes(key as string) || Object.prototype.propertyIsEnumerable.call(error, key)) return false
  const { [key as string]: value, stack } = error as Record<string, unknown>
  const [, line, column] = (typeof stack === 'string' && FRAME.exec(stack)) || []
  if (key === 'line') return String(value) === line
  if (key === 'column') return String(value) === column
  // Of this machine, also where a source map made the stack name another file.
  if (key === 'sourceURL') return typeof value === 'string' && ABSOLUTE.test(value)
  return typeof value === 'number'
}

/** An error before its properties: those may lead back to it. */
export function emptyError(name: string): Error | undefined {
  for (const [prototype, known] of ERROR_NAMES) if (known === name) return blank(prototype)
  return undefined
}

function blank(prototype: object): Error {
  const error: Error =
    prototype === AggregateError.prototype ? new AggregateError([]) : new (prototype.constructor as ErrorConstructor)()
  // JavaScriptCore notes where this very call is.
  for (const key of ['errors', ...POSITION]) Reflect.deleteProperty(error, key)
  return error
}

/** Gives an {@link emptyError} the properties that were taken from one: the unlisted ones, and the listed ones. */
export function fillError(error: Error, payload: unknown): void {
  const [unlisted, listed] = payload as [object, object]
  for (const [key, value] of Object.entries(unlisted)) {
    if (!UNLISTED.has(key)) throw new TypeError(`an error has no hidden "${key}"`)
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true })
  }
  for (const [key, value] of Object.entries(listed)) setOwn(error, key, value)
  // The frames of this very call would mislead.
  if (!Object.hasOwn(unlisted, 'stack') && !Object.hasOwn(listed, 'stack')) {
    Object.defineProperty(error, 'stack', { value: headline(error), writable: true, configurable: true })
  }
}

function headline({ name, message }: Error): string {
  return typeof name === 'string' && typeof message === 'string' ? (message ? `${name}: ${message}` : name) : ''
}
