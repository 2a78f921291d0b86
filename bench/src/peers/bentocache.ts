import { BentoCache, bentostore } from 'bentocache'
import { fileDriver } from 'bentocache/drivers/file'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

export const peer: Peer = {
  title: 'bentocache, file driver',
  role: 'peer',
  setup: 'getOrSetForever({ key, factory }), useL2Layer(fileDriver)',
  lacks: { pairs: KEYS_BY_HAND },
  open(directory) {
    const bento = new BentoCache({
      default: 'files',
      stores: { files: bentostore().useL2Layer(fileDriver({ directory, pruneInterval: false })) },
    })
    return {
      memoize:
        (name, original) =>
        (...args) =>
          bento.getOrSetForever({ key: keyByHand(name, args), factory: () => original(...args) }),
      close: () => bento.disconnectAll(),
    }
  },
}
