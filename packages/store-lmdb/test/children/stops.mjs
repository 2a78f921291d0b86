// Stops in the middle of a change of the store of argv, as Ctrl-Z does it, and ends the change when it goes on.
import { writeSync } from 'node:fs'
import { open } from 'lmdb'

const root = open({ path: process.argv[2], noSubdir: false, maxDbs: 8, overlappingSync: false })
root.transactionSync(() => {
  writeSync(1, 'holds\n')
  process.kill(process.pid, 'SIGSTOP')
})
writeSync(1, 'released\n')
