// One cache for many machines: run it twice, or on two machines, with the same URL.
//   node dist/shared-mongo.js mongodb://127.0.0.1:27017/app
import { setTimeout as sleep } from 'node:timers/promises'
import { persist } from '@persist/core'

const cache = process.argv[2] ?? process.env.PERSIST_CACHE ?? 'mongodb://127.0.0.1:27017/app'

const answer = persist(
  async (prompt: string) => {
    await sleep(500)
    return { prompt, answer: [...prompt].reverse().join(''), at: new Date() }
  },
  { funcname: 'answer', cache, ttl: '30d' },
)

const { at } = await answer('hello')
const { hits } = await answer.stats()
console.log(`answered at ${at.toISOString()}, ${hits === 1 ? 'from the cache' : 'computed'}`)
