import { join } from 'node:path'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { KeyvFile } from 'keyv-file'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: 'cacheable, memory + keyv-file',
  role: 'peer',
  setup: 'new Cacheable({ secondary: Keyv over keyv-file }).wrap(fn, { keyPrefix })',
  open(folder) {
    const secondary = new Keyv({ store: new KeyvFile({ filename: join(folder, 'cacheable'), separatedFile: true }) })
    const cache = new Cacheable({ secondary })
    cache.on('error', (error: unknown) => console.error(error))
    return {
      memoize: (keyPrefix, original) => cache.wrap(original, { keyPrefix }),
      close: () => cache.disconnect(),
    }
  },
}
