// Calls functions over a store whose results are values that runtimes represent in different ways: argv `write` or `read`, caches….
// With `read`, a run of a function is a fault. Prints the faults, and the events that are neither hits nor writes, as JSON.
import { deepStrictEqual } from 'node:assert/strict'
import { persist } from '@persist/core'

const [what, ...caches] = process.argv.slice(2)
const isReader = what === 'read'
const faults = []
const events = []
const report = ({ name, reason, message, error }) => {
  if (!['hit', 'miss', 'compute', 'write'].includes(name)) events.push(`${name}: ${reason ?? message ?? error.message}`)
}

function thrown() {
  try {
    return null.x
  } catch (error) {
    return Object.assign(new RangeError('outside', { cause: error }), { code: 'E_OUTSIDE', limits: [1, 2] })
  }
}

const RESULTS = {
  error: thrown,
  aggregate: () => new AggregateError([new TypeError('a'), new Error('b')], 'both'),
  url: () => new URL('https://user@example.org:8080/a b?c=d#e'),
  search: () =>
    new URLSearchParams([
      ['a', '1'],
      ['a', 'ä&'],
    ]),
  map: () => new Map([[new Date(5), new Set(['x', 10n])]]),
  bytes: () => Uint8Array.of(0, 255),
  numbers: () => [-0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0.1],
  strings: () => ['é', '😀', '\ud800', '\u2028', '\0'],
  undefined: () => undefined,
}

/** What all runtimes have in common of a value: an error also has a stack of its own. */
function shown(value) {
  if (value instanceof AggregateError) return [value.name, value.message, value.errors.map(shown)]
  if (value instanceof Error) return [value.name, value.message, value.code, value.limits, shown(value.cause)?.[0]]
  if (value instanceof URL || value instanceof URLSearchParams) return [value.constructor.name, String(value)]
  return value
}

for (const [index, cache] of caches.entries()) {
  for (const [name, make] of Object.entries(RESULTS)) await call(`${name} of cache ${index}`, name, make, cache)
}

async function call(what, name, make, cache) {
  const result = persist(
    (..._args) => {
      if (isReader) faults.push(`${what} was computed again`)
      return make()
    },
    { funcname: name, cache, report, verbosity: 0 },
  )
  const args = [new URL('https://example.org/?a=1'), new URLSearchParams('b=2'), new Date(5), [undefined], name]
  try {
    deepStrictEqual(shown(await result(...args)), shown(make()))
  } catch (error) {
    faults.push(`${what}: ${error.message}`)
  }
}

console.log(JSON.stringify({ faults, events }))
