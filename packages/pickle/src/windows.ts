import { PickleError } from '@persist/errors'
import type { Window } from './leaf.ts'
import { pathText, type Step } from './path.ts'

/** Where a value showed bytes. */
export interface SeenWindow extends Window {
  readonly path: readonly Step[]
}

/**
 * Refuses two typed arrays over the same bytes, and a URL beside its own `searchParams`: each would come back with bytes
 * of its own, so that a change in one no longer shows in the other. Small Buffers that merely share Node's pool pass.
 */
export function refuseTwoWindows({ windows }: { readonly windows: readonly SeenWindow[] }): void {
  if (windows.length < 2) return
  const byTarget = new Map<object, SeenWindow[]>()
  for (const window of windows) {
    if (window.start === window.end) continue
    const others = byTarget.get(window.onto)
    if (others === undefined) byTarget.set(window.onto, [window])
    else others.push(window)
  }
  for (const group of byTarget.values()) {
    group.sort((a, b) => a.start - b.start)
    let end = 0
    for (const window of group) {
      if (window.start < end)
        throw new PickleError('two objects over the same memory would come back as two copies', pathText(window.path))
      end = Math.max(end, window.end)
    }
  }
}
