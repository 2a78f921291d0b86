// Computes while it has as many files open as it may have.
import { closeSync, openSync } from 'node:fs'
import { persist } from '@persist/core'

const [cache, mode] = process.argv.slice(2)
const open = []
function openAll() {
  for (;;) {
    try {
      open.push(openSync('/dev/null'))
    } catch {
      return
    }
  }
}
const compute = (x) => {
  openAll()
  return x * x
}
const square =
  mode === 'sync'
    ? persist(compute, { funcname: 'square', cache })
    : persist(async (x) => compute(x), { funcname: 'square', cache })
/** Waits until the folder has a result. */
async function found(x, result) {
  for (let tries = 0; tries < 200; tries++) {
    if ((await square.peek(x)) === result) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the result of ${x} is lost`)
}

await square(1)
for (const fd of open.splice(0)) closeSync(fd)
await found(1, 1)
// What was there is deleted, although the folder cannot be listed now.
openAll()
await square.put(2, 2)
await square.clear()
await square.put(9, 3)
for (const fd of open.splice(0)) closeSync(fd)
await found(3, 9)
console.log(await square.peek(1), await square.peek(2), await square.peek(3))
