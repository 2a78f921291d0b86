// Results in any storage that unstorage supports. Here they are in files.
import { persist } from '@persist/core'
import { createStorage } from 'unstorage'
import fsLite from 'unstorage/drivers/fs-lite'
import { unstorageStore } from './unstorage-store.ts'

const storage = createStorage({ driver: fsLite({ base: './unstorage' }) })

const capital = persist(
  async (country: string) => {
    console.log(`asking for ${country}`)
    return { name: country === 'France' ? 'Paris' : 'elsewhere', asked: new Date(0) }
  },
  { funcname: 'capital', cache: unstorageStore(storage, './unstorage'), storekey: true },
)
console.log((await capital('France')).name, (await capital('France')).asked.toISOString())
for await (const [[country], { name }] of capital.cache.entries()) console.log(`${country}: ${name}`)
