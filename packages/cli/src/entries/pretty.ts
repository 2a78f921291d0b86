import { inspect } from 'node:util'
import { escapeControls, escapeControlsInColor } from '../output/escape.ts'
import type { Output } from '../output/output.ts'
import type { Decoded } from './decode.ts'

/** A decoded payload for people, as Node prints values. */
export function pretty(output: Output, decoded: Decoded): string {
  const options = { colors: output.hasColor, depth: 20, maxArrayLength: 1000, maxStringLength: 100_000 }
  if (decoded.kind === 'string') return escapeControls(decoded.string)
  const text = inspect(printable(decoded), { ...options, breakLength: Math.min(output.width, 120) - 12 })
  return output.hasColor ? escapeControlsInColor(text) : escapeControls(text)
}

/** The value, or the payload itself if it is not decoded. */
export function printable(decoded: Decoded): unknown {
  return decoded.kind === 'value'
    ? decoded.value
    : decoded.kind === 'string'
      ? decoded.string
      : Buffer.from(decoded.bytes)
}
