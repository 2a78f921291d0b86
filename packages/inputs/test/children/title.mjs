// A title without its number, made by a function that is called by another one.
import { persist } from '@persist/core'
import { readFileSync } from '@persist/inputs'
import { report } from './say.mjs'

const [cache] = process.argv.slice(2)
const events = []
const title = persist(
  (path) => {
    console.log('title')
    return readFileSync(path, 'utf8').split(' ')[0]
  },
  { cache, funcname: 'title', trace: true, storekey: true },
)
const page = persist((path) => title(path), {
  cache,
  funcname: 'page',
  trace: true,
  report: (event) => events.push(event),
})
const value = page('a')
events.forEach(report)
console.log(value)
