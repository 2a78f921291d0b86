// Prints what a runtime with few permissions sees of its own process and of its parent, which runs.
import { signOf, thisHolder } from '@persist/store/holder'

const [parent] = process.argv.slice(2)
const { host, pid, thread, start } = thisHolder()
console.log(
  JSON.stringify({ self: signOf(thisHolder()), parent: signOf({ ...JSON.parse(parent), host }), pid, thread, start }),
)
