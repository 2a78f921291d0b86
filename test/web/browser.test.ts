import { expect, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { EXPECTED_CALLS } from './expected-calls.ts'
import { served } from './served.ts'

const bundle = await webBundle('calls.ts')

await withBrowser('in a page', (browser) => {
  test('core works with memory and with an async store of one’s own', async () => {
    const page = await browser().newPage()
    await page.goto(await served({ 'calls.mjs': bundle }))
    expect(await page.evaluate(`import('/calls.mjs').then(({ calls }) => calls())`)).toEqual(EXPECTED_CALLS)
    expect(await page.evaluate(`import('/calls.mjs').then(({ ring }) => ring())`)).toEqual({
      result: 1,
      waits: ['timeout'],
    })
    await page.close()
  })
})
