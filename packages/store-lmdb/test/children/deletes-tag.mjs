// Records in the store of argv that a tag was deleted.
import { lmdbStore } from '@persist/store-lmdb'

const adapter = lmdbStore(process.argv[2], { flush: false })
adapter.open('f').tagFence.record(process.argv[3])
adapter.close()
