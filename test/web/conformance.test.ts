import { fileURLToPath } from 'node:url'
import { memoryStore } from '@persist/core'
import { conformance } from '@persist/store/conformance'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { serve } from './served.ts'

const program = (path: string) => fileURLToPath(new URL(`programs/node/${path}`, import.meta.url))

/** The suite is written for Node: the page gets what it uses of Node from packages. */
const bundle = await webBundle('conformance.ts', ['browser'], {
  alias: { 'node:assert/strict': program('assert.ts'), 'node:crypto': program('crypto.ts') },
  inject: [program('globals.ts')],
  define: { global: 'globalThis' },
})

/** What a store in IndexedDB does not declare, or the suite does not get. */
const SKIPPED = /`supports\.bounds` is false|no `maxPayload` was handed in|it has no `getAsync`/

const names: string[] = []
const groups: string[] = []
conformance({
  runner: {
    describe(name, define) {
      groups.push(name)
      define()
      groups.pop()
    },
    test: (name) => names.push([...groups.slice(1), name].join(': ')),
  },
  adapter: () => memoryStore(),
})

await withBrowser('IndexedDB, conformance', (browser) => {
  let page: Page
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    server = await serve({ 'conformance.mjs': bundle })
    page = await browser().newPage()
    await page.goto(server.url)
    await page.evaluate(`import('/conformance.mjs').then((program) => { globalThis.program = program })`)
  })
  afterAll(() => server.close())

  test('the page has every test of the suite', async () => {
    expect(await page.evaluate('program.names()')).toEqual(names)
  })

  test.each(names)('%s', async (name) => {
    const skipped = (await page.evaluate(`program.run(${JSON.stringify(name)})`)) as string[]
    expect(skipped.filter((line) => !SKIPPED.test(line))).toEqual([])
  })
})
