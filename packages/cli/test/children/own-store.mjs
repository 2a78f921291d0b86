// A store of one's own, asynchronous and, if OWN_STORE_MS says so, slow. It writes down each `set` in a log.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { registerStore } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'

const { OWN_STORE_DIR = 'own', OWN_STORE_LOG, OWN_STORE_MS = '0' } = process.env

function ownStore(dir) {
  const { namespaces: _, ...adapter } = delayed(diskStore(dir), () => sleep(Number(OWN_STORE_MS)))
  return {
    ...adapter,
    open(namespace, options) {
      const store = adapter.open(namespace, options)
      return {
        ...store,
        async set(entry) {
          await store.set(entry)
          if (OWN_STORE_LOG) appendFileSync(OWN_STORE_LOG, `${entry.hash}\n`)
        },
      }
    },
  }
}

registerStore('own', (url) => ownStore(url.slice('own://'.length)))

export default ownStore(OWN_STORE_DIR)
export const make = () => ownStore(`${OWN_STORE_DIR}-2`)
export const nothing = 5
