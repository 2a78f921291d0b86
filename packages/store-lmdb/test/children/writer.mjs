// Opens the file of argv, and writes once on a signal: the lines "ready" and "written". It waits in LMDB's own queue.
import { open } from 'lmdb'

const root = open({ path: process.argv[2], noSubdir: false, maxDbs: 8, overlappingSync: false, noSync: true })
root.transactionSync(() => {})
console.log('ready')
process.stdin.once('data', () => {
  root.transactionSync(() => {})
  console.log('written')
  process.exit()
})
