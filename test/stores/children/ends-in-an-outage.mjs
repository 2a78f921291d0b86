// Computes for a time, then ends, maybe after it closes its stores. The server may be away meanwhile.
import { closeStores, persist } from '@persist/core'

const [cache, ms, closes] = process.argv.slice(2)
const slow = persist(
  async (x) => {
    console.log('computing')
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    return x * x
  },
  { funcname: 'slow', cache },
)
console.log(await slow(7))
console.log('done')
if (closes) await closeStores()
