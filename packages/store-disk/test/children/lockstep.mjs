// A thread that asks before each call of the file system: workerData { states, index }.
import fs from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { diskStore } from '@persist/store-disk'

const WAITING = 1
const DONE = 2
const { states, index } = workerData

function become(state) {
  Atomics.store(states, index, state)
  Atomics.notify(states, index)
}

const fileSystem = new Proxy(fs, {
  get(target, name) {
    const real = target[name]
    if (typeof real !== 'function' || !name.endsWith('Sync')) return real
    return (...args) => {
      become(WAITING)
      while (Atomics.load(states, index) === WAITING) Atomics.wait(states, index, WAITING)
      return real(...args)
    }
  },
})

const METHODS = {
  prune: (store) => store.prune(1000),
  delete: (store, hash) => store.delete(hash),
  clear: (store) => store.clear(),
  steal: (store, hash, id) => store.lease(hash, 60_000, { steal: id }),
  ask: (store, hash) => store.lease(hash, 60_000),
}

let lease
parentPort.on('message', ({ dir, method, hash, id }) => {
  if (method === 'publish') lease = Number(lease?.publish({ hash, payload: 'computed', createdAt: 1 }) ?? false)
  else lease = METHODS[method](diskStore(dir, { fileSystem }).open('f'), hash, id)
  if (typeof lease === 'number') states[index + 8] = lease
  become(DONE)
})
become(DONE)
