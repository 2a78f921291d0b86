// A user's own Keyv, and a Redis server that does not exist.
import { persist } from '@persist/core'
import { keyvStore } from '@persist/store-keyv'
import Keyv from 'keyv'

const own = persist((x) => 2 * x, { funcname: 'own', cache: keyvStore(new Keyv()) })
const redis = persist((x) => 3 * x, { funcname: 'redis', cache: 'redis://127.0.0.1:1', verbosity: 0 })
console.log(await own(3), await own(3), (await own.stats()).hits, await redis(3))
