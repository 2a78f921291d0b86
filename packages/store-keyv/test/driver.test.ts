import nodeModule from 'node:module'
import { keyvStore } from '@persist/store-keyv'
import { expect, test, vi } from 'vitest'

test('the driver is loaded once, so a server is looked for also when a test runner that has ended its tests lets nothing be loaded', async () => {
  const adapter = keyvStore('redis://127.0.0.1:1/')
  await expect(adapter.ping!()).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
  const load = vi.spyOn(nodeModule, 'createRequire').mockImplementation(() => {
    throw new ReferenceError('You are trying to `require` a file after the environment has been torn down')
  })
  try {
    await expect(adapter.ping!()).rejects.toMatchObject({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' })
    expect(load).not.toHaveBeenCalled()
  } finally {
    load.mockRestore()
    await adapter.close()
  }
})
