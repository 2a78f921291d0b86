// With `write`, prints binary pickles as base64, by name. Otherwise reads such a line from stdin, and prints the outcome of each.
import { readFileSync } from 'node:fs'
import { pickle, unpickle } from '@persist/pickle/v8'

const VALUES = {
  plain: () => ({ a: [1, 'x', null, 1.5, -7, true], b: {} }),
  texts: () => ['é', '😀', '\ud800', 'x'.repeat(300)],
  rich: () => [undefined, -0, Number.NaN, 10n ** 30n, new Date(5), /a/g, new Map([[1, new Set(['a'])]])],
  views: () => [Uint8Array.of(1, 2), Buffer.from('ab'), Float64Array.of(1.5), new DataView(new ArrayBuffer(3))],
  memory: () => Uint8Array.of(1, 2, 3).buffer,
  // biome-ignore lint/suspicious/noSparseArray: a hole is meant
  holes: () => [1, , 3],
  errors: () => new TypeError('a', { cause: new Error('b') }),
  url: () => new URL('http://a/?b=c'),
}

const shown = (value) =>
  JSON.stringify(value, (_key, part) => {
    if (part instanceof Map || part instanceof Set) return [part.constructor.name, ...part]
    if (part instanceof Error) return [part.name, part.message, part.cause]
    if (ArrayBuffer.isView(part)) return [part.constructor.name, Buffer.from(part.buffer).toString('hex')]
    if (part instanceof ArrayBuffer) return ['ArrayBuffer', Buffer.from(part).toString('hex')]
    return typeof part === 'bigint' || part === undefined || Object.is(part, -0) ? `special ${String(part)}` : part
  })

if (process.argv[2] === 'write') {
  const written = Object.entries(VALUES).map(([name, make]) => [name, Buffer.from(pickle(make())).toString('base64')])
  console.log(JSON.stringify(Object.fromEntries(written)))
} else {
  const outcomes = Object.entries(JSON.parse(readFileSync(0, 'utf8'))).map(([name, payload]) => {
    try {
      const back = shown(unpickle(Buffer.from(payload, 'base64')))
      // A view must not show the payload, or more bytes than it had.
      return [name, back === shown(unpickle(pickle(VALUES[name]()))) ? 'equal' : `WRONG: ${back}`]
    } catch (error) {
      return [name, `${error.code}: ${error.message}`]
    }
  })
  console.log(JSON.stringify(Object.fromEntries(outcomes)))
}
