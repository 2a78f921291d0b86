import { OptionError } from '@persist/errors'
import type { FunctionOrigin } from '../options/resolve-options.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** Wraps an original, with its options and origin, into a persisted function. */
export type WrapOriginal = (original: AnyFunction, options: AnyOptions, origin: FunctionOrigin) => AnyFunction

/** The `kind` of a standard decorator's context distinguishes it from options. */
export function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value
}

/** Whether these are the arguments of a legacy decorator: target, property key, descriptor. */
export function isLegacyDecoration(target: unknown, property: unknown): target is object {
  return (
    ((typeof target === 'object' && target !== null) || typeof target === 'function') &&
    (typeof property === 'string' || typeof property === 'symbol')
  )
}

/** Applies the standard decorator (TC39, stage 3) to a method. */
export function decorateStandard(
  wrapOriginal: WrapOriginal,
  options: AnyOptions,
  value: unknown,
  context: DecoratorContext,
): AnyFunction {
  if (context.kind !== 'method') throw notAMethod(context.kind, String(context.name))
  return wrapOriginal(value as AnyFunction, options, {
    place: context.static ? 'static method' : 'instance method',
    name: nameOf(context.name),
  })
}

/** Applies the decorator of `experimentalDecorators` to a method: replaces the value of its descriptor. */
export function decorateLegacy(
  wrapOriginal: WrapOriginal,
  options: AnyOptions,
  target: object,
  property: string | symbol,
  descriptor: PropertyDescriptor | undefined,
): PropertyDescriptor {
  if (descriptor === undefined) throw notAMethod('field', String(property))
  if (typeof descriptor.value !== 'function') throw notAMethod('accessor', String(property))
  // The target of a static method is its class, the target of an instance method the prototype.
  const place = typeof target === 'function' ? 'static method' : 'instance method'
  const value = wrapOriginal(descriptor.value as AnyFunction, options, { place, name: nameOf(property) })
  return { ...descriptor, value }
}

/** The name of the method alone, since a decorator does not know the class. */
function nameOf(name: string | symbol): string {
  return typeof name === 'symbol' ? (name.description ?? '') : name
}

function notAMethod(kind: string, name: string): OptionError {
  return new OptionError(`@persist takes methods; ${name} is ${kind === 'accessor' ? 'an' : 'a'} ${kind}`, {
    option: 'decorator',
  })
}
