import { OptionError } from '@persist/errors'
import type { FunctionOrigin } from '../options/resolve-options.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** Makes a persisted function of an original found in some place. */
export type Make = (original: AnyFunction, options: AnyOptions, found: FunctionOrigin) => AnyFunction

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
  make: Make,
  options: AnyOptions,
  value: unknown,
  context: DecoratorContext,
): AnyFunction {
  if (context.kind !== 'method') throw refuse(context.kind, String(context.name))
  return make(value as AnyFunction, options, {
    place: context.static ? 'static method' : 'instance method',
    name: nameOf(context.name),
  })
}

/** Applies the decorator of `experimentalDecorators` to a method, by exchanging its descriptor's value. */
export function decorateLegacy(
  make: Make,
  options: AnyOptions,
  target: object,
  property: string | symbol,
  descriptor: PropertyDescriptor | undefined,
): PropertyDescriptor {
  if (descriptor === undefined) throw refuse('field', String(property))
  if (typeof descriptor.value !== 'function') throw refuse('accessor', String(property))
  // A static method's target is its class; an instance method's is the prototype.
  const place = typeof target === 'function' ? 'static method' : 'instance method'
  const value = make(descriptor.value as AnyFunction, options, { place, name: nameOf(property) })
  return { ...descriptor, value }
}

/** A decorator cannot know the class: without `funcname` it is the method's own name. */
function nameOf(name: string | symbol): string {
  return typeof name === 'symbol' ? (name.description ?? '') : name
}

function refuse(kind: string, name: string): OptionError {
  return new OptionError(`@persist takes methods; ${name} is ${kind === 'accessor' ? 'an' : 'a'} ${kind}`, {
    option: 'decorator',
  })
}
