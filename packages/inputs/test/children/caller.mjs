// A function that calls another one, which is persisted or not.
import { persist } from '@persist/core'
import { report } from './say.mjs'

const [cache, isPersisted, explains] = process.argv.slice(2)
const one = () => 1
const inner = isPersisted
  ? persist(
      () => {
        console.log('inner')
        return one()
      },
      { cache, funcname: 'inner' },
    )
  : one
const outer = persist(() => inner(), { cache, report: later, funcname: 'outer', trace: true })
const events = []
function later(event) {
  events.push(event)
}
if (explains) console.log(String(outer.explain().changed))
const value = outer()
events.forEach(report)
console.log(value)
