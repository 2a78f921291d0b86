import { expect, onTestFinished, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { served } from './served.ts'

const bundle = await webBundle('format.ts')

await withBrowser('a database of version 1', (browser) => {
  async function answer(call: string): Promise<unknown> {
    const page = await browser().newPage()
    onTestFinished(() => page.close())
    await page.goto(await served({ 'format.mjs': bundle }))
    return page.evaluate(`import('/format.mjs').then((program) => program.${call}())`)
  }

  test('has these records', async () => {
    const { id, ...found } = (await answer('written')) as { id: string }
    const head = { hash: 'wXS1bv', createdAt: 1, expiresAt: 2, tags: ['a'], bytes: 1, tagKeys: [['double', 'a']] }
    expect(found).toEqual({
      version: 1,
      all: [
        ['heads', [['double', 'wXS1bv']], [head]],
        ['payloads', [['double', 'wXS1bv']], ['6']],
        ['leases', [['double', 'other']], [{ id, ms: 20_000, beat: 1 }]],
        ['deletions', ['double'], [{ epoch: expect.any(String), count: 1, forgotten: 0 }]],
        ['deletedTags', [['double', 'a']], [{ count: 1, order: ['double', 1] }]],
      ],
      locks: [`@persist/store-idb written ${id}`],
      after: 'free',
    })
  })

  test('can be read', async () => {
    expect(await answer('read')).toEqual({
      entry: { hash: 'wXS1bv', createdAt: 1, expiresAt: 2, tags: ['a'], payload: [1, 2, 3] },
      damaged: 'a miss',
      problems: ['ERR_PERSIST_ENTRY_DAMAGED'],
      mark: 'e.2',
      deleted: [true, false],
      byTag: 2,
    })
  })
})
