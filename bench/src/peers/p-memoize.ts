import { join } from 'node:path'
import { Keyv } from 'keyv'
import { KeyvFile } from 'keyv-file'
import pMemoize from 'p-memoize'
import type { Peer } from './peer.ts'

// One file per key. The default is one file for all, and each awaited `set` waits `writeDelay` then, as its README warns.
export const peer: Peer = {
  title: 'p-memoize + keyv + keyv-file',
  role: 'peer',
  setup: 'pMemoize(fn, { cacheKey: JSON.stringify, cache: new Keyv(new KeyvFile({ separatedFile: true })) })',
  open(folder) {
    return {
      memoize(name, original) {
        const cache = new Keyv(new KeyvFile({ filename: join(folder, name), separatedFile: true }))
        cache.on('error', (error: Error) => console.error(error.message))
        return pMemoize(async (...args: unknown[]) => original(...args), { cacheKey: JSON.stringify, cache })
      },
    }
  },
}
