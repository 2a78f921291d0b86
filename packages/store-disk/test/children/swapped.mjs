// Another program puts something else in the place of a lease's token: argv dir kind victim.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { plant } from '../support/plants.mjs'

const [, , dir, kind, victim] = process.argv
const store = diskStore(dir).open('f')
const lease = store.lease('swapped', 60_000)
const shard = readdirSync(join(dir, '.persist')).find((name) => {
  return name.length === 1 && readdirSync(join(dir, '.persist', name)).includes(lease.id)
})
const path = join(dir, '.persist', shard, lease.id)
rmSync(path)
plant(kind, path, victim)
const attempt = (method) => {
  try {
    return method() ?? 'done'
  } catch (error) {
    return error.code
  }
}
const promised = attempt(() => lease.promised())
const waiting = attempt(() => lease.waitsFor(['a lease']))
const renewed = attempt(() => lease.renew(1000))
const published = attempt(() => lease.publish({ hash: 'swapped', payload: 'computed', createdAt: 1 }))
store.set({ hash: 'swapped', payload: 'set', createdAt: 1 })
const isSet = store.get('swapped')?.payload === 'set'
console.log(`promised ${promised}, waiting ${waiting}, renewed ${renewed}, published ${published}, then ${isSet}`)
