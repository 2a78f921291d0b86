import { inspect } from 'node:util'
import { escapeControls, escapeControlsInColor } from '../output/escape.ts'
import type { Output } from '../output/output.ts'
import type { Decoded } from './decode.ts'
import { repeatsTooOften } from './repeats.ts'

const MAX_DEPTH = 20
const MAX_PARTS = 1_000
/** A terminal shows more of them in no useful way. */
const MAX_REPEATS = 10_000

/** A decoded payload for people, as Node prints values. */
export function pretty(output: Output, decoded: Decoded): string {
  const options = { colors: output.hasColor, maxArrayLength: MAX_PARTS, maxStringLength: 100_000 }
  if (decoded.kind === 'string') return escapeControls(decoded.string)
  const value = printable(decoded)
  const text = inspect(value, { ...options, depth: depthOf(value), breakLength: Math.min(output.width, 120) - 12 })
  return output.hasColor ? escapeControlsInColor(text) : escapeControls(text)
}

/** Node writes an object at each place where the value has it: a graph is shown as deep as that ends. */
function depthOf(value: unknown): number {
  let depth = MAX_DEPTH
  while (depth > 1 && repeatsTooOften(value, MAX_REPEATS, depth, MAX_PARTS)) depth--
  return depth
}

/** The value, or the payload itself if it is not decoded. */
export function printable(decoded: Decoded): unknown {
  return decoded.kind === 'value'
    ? decoded.value
    : decoded.kind === 'string'
      ? decoded.string
      : Buffer.from(decoded.bytes)
}
