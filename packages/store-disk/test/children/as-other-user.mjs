// As a user who may not write there: reads what it may, and prints the codes of what fails: argv dir.
import { diskStore } from '@persist/store-disk'

process.setgroups([])
process.setgid(65534)
process.setuid(65534)
const store = diskStore(process.argv[2]).open('f')
const entry = { hash: 'a-hash', payload: 'new', createdAt: 1 }
console.log(`get ${store.get('a-hash')?.payload}`)
for (const method of [
  () => store.set(entry),
  () => store.delete('a-hash'),
  () => store.lease('b-hash', 1000),
  () => store.clear(),
]) {
  try {
    console.log(`done ${method()}`)
  } catch (error) {
    console.log(`${error.code} ${error.cause.code}`)
  }
}
