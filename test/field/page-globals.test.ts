import { expect, test } from 'vitest'
import { folderWith } from './folder.ts'

// Under Vitest, jsdom and happy-dom replace Node's URL by a subclass of it, before any module is loaded.

const PROGRAM = `
const Own = globalThis.URL
globalThis.URL = class URL extends (process.argv[2] === 'twice' ? class extends Own {} : Own) {
  static [Symbol.hasInstance](value) {
    return Function.prototype[Symbol.hasInstance].call(Own, value)
  }
}
const { persist } = await import('@persist/core')
const where = persist((url) => ({ url, found: [new URL('./b', url)] }), {
  funcname: 'where',
  report: ({ name }) => console.log(name),
  verbosity: 0,
})
const { url, found } = where(new URL('http://a/'))
console.log(url.href, found[0].href, url instanceof URL)
console.log(where.has(new URL('http://a/')), where.has(new URL('http://b/')), where.has('http://a/'))
console.log(where.has(new Own('http://a/')))
`

test.each(['once', 'twice'])('a global URL that is a subclass of that of Node (%s) is a key and a result', (depth) => {
  const { node } = folderWith({ 'main.mjs': PROGRAM })
  const run = () => node('main.mjs', { args: [depth] })
  const right = 'http://a/ http://a/b true\ntrue false false\ntrue\n'
  expect(run()).toBe(`miss\ncompute\nwrite\n${right}`)
  expect(run()).toBe(`hit\n${right}`)
})
