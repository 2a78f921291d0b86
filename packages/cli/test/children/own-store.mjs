// A user's own store. It is asynchronous, and slow with OWN_STORE_MS. It writes each stored entry to a log. While the file
// OWN_STORE_DOWN exists, its listings fail like those of a server that does not answer.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '@persist/errors'
import { registerStore } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'

const { OWN_STORE_DIR = 'own', OWN_STORE_LOG, OWN_STORE_MS = '0', OWN_STORE_DOWN } = process.env

const log = (entry) => OWN_STORE_LOG && appendFileSync(OWN_STORE_LOG, `${entry.hash}\n`)

function ownStore(dir, options) {
  const { namespaces, ...adapter } = delayed(diskStore(dir), () => sleep(Number(OWN_STORE_MS)))
  return {
    ...adapter,
    ...(OWN_STORE_DOWN && { namespaces: () => whileUp(namespaces(), options), ping: async () => {} }),
    open(namespace, options) {
      const store = adapter.open(namespace, options)
      return {
        ...store,
        async set(entry) {
          await store.set(entry)
          log(entry)
        },
        async lease(...args) {
          const lease = await store.lease(...args)
          const publish = async (entry) => {
            const isDone = await lease.publish(entry)
            if (isDone) log(entry)
            return isDone
          }
          return lease && { ...lease, publish }
        },
      }
    },
  }
}

async function* whileUp(names, { serverWaitMs = 2000 } = {}) {
  if (existsSync(OWN_STORE_DOWN)) {
    throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', `no answer within ${serverWaitMs} ms`, { store: 'own' })
  }
  yield* names
}

registerStore('own', (url, options) => ownStore(url.slice('own://'.length), options))

export default ownStore(OWN_STORE_DIR)
export const make = () => ownStore(`${OWN_STORE_DIR}-2`)
export const nothing = 5
