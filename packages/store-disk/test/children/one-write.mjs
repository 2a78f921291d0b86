// Writes so many entries in a namespace that keeps so many, and ends: argv dir first count maxEntries.
import { diskStore } from '@persist/store-disk'

const [dir, first, count, maxEntries] = process.argv.slice(2)
const store = diskStore(dir).open('f', { bounds: { maxEntries: Number(maxEntries) } })
for (let number = 0; number < Number(count); number++) {
  store.set({ hash: `entry-${Number(first) + number}`, payload: 'x', createdAt: 1 })
}
