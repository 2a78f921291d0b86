// Opens and closes the store of argv so many times; beside it, others write.
import { lmdbStore } from '@persist/store-lmdb'

const [folder, times] = process.argv.slice(2)
for (let time = 0; time < Number(times); time++) {
  const adapter = lmdbStore(folder, { flush: false })
  adapter.open('opened').get('nothing')
  await adapter.close()
}
console.log('done')
