import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

const NO_CACHE = 'no cache: what any folder costs'

export const peer: Peer = {
  title: 'plain files, by hand',
  role: 'limit',
  setup: 'readFileSync and JSON.parse; temporary file and rename',
  lacks: {
    pairs: KEYS_BY_HAND,
    together: NO_CACHE,
    processes: NO_CACHE,
    values: NO_CACHE,
    kill: NO_CACHE,
    flip: NO_CACHE,
  },
  open(folder) {
    mkdirSync(folder, { recursive: true })
    return {
      memoize:
        (name, original) =>
        (...args) => {
          const path = join(folder, `${keyByHand(name, args)}.json`)
          try {
            return JSON.parse(readFileSync(path, 'utf8'))
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
          }
          const value = original(...args)
          writeFileSync(`${path}.tmp`, JSON.stringify(value))
          renameSync(`${path}.tmp`, path)
          return value
        },
    }
  },
}
