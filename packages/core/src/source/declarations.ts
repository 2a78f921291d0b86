import type { Part, Range } from './declared-names.ts'
import { lowerBound } from './lower-bound.ts'
import type { Binding, Scope } from './scopes.ts'

/** A part of a declaration in a scope, and the furthest end of it and of those before it. */
export interface Declaration {
  readonly binding: Binding
  readonly part: Part
  readonly reach: number
}

/** The declarations of a scope in their order. */
export function declarationsIn({ names }: Scope): readonly Declaration[] {
  let reach = 0
  return [...names.values()]
    .flatMap((binding) => binding.parts.map((part) => ({ binding, part })))
    .sort((a, b) => a.part.from - b.part.from)
    .map(({ binding, part }) => {
      reach = Math.max(reach, part.to)
      return { binding, part, reach }
    })
}

/** The declarations that the ranges are in. */
export function declarationsAround(ranges: readonly Range[], declarations: readonly Declaration[]): readonly Binding[] {
  const found = new Set<Binding>()
  for (const { from } of ranges) {
    const after = lowerBound(declarations, (one) => one.part.from > from)
    const around: Binding[] = []
    for (let at = after - 1; at >= 0 && declarations[at]!.reach > from; at--)
      if (declarations[at]!.part.to > from) around.push(declarations[at]!.binding)
    for (const binding of around.reverse()) found.add(binding)
  }
  return [...found]
}
