import { setOwn } from './own.ts'

/** Which class an error's prototype belongs to. A subclass of a user has another prototype, and is none of these. */
export const ERROR_NAMES: ReadonlyMap<object, string> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map((type) => [
    type.prototype,
    type.name,
  ]),
)

/** Own properties that errors have without listing them. The stack is one more, and treated apart. */
export const UNLISTED: ReadonlySet<string> = new Set(['message', 'cause', 'errors', 'name', 'stack'])

/** An error before its properties: those may lead back to it. */
export function emptyError(name: string): Error | undefined {
  for (const [prototype, known] of ERROR_NAMES) if (known === name) return blank(prototype)
  return undefined
}

function blank(prototype: object): Error {
  const error: Error =
    prototype === AggregateError.prototype ? new AggregateError([]) : new (prototype.constructor as ErrorConstructor)()
  Reflect.deleteProperty(error, 'errors')
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
