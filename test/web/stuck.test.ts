import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { served } from './served.ts'

const bundle = await webBundle('stuck.ts')

await withBrowser('a browser that does not answer', (browser) => {
  let context: BrowserContext
  let url: string

  beforeEach(async () => {
    context = await browser().newContext()
    onTestFinished(() => context.close())
    url = await served({ 'stuck.mjs': bundle })
  })

  async function tab(before = ''): Promise<Page> {
    const page = await context.newPage()
    await page.goto(url)
    await page.evaluate(before)
    await page.evaluate(`import('/stuck.mjs').then((program) => { globalThis.program = program })`)
    return page
  }

  const events = (page: Page) => page.evaluate('program.events.splice(0)')

  test.each(['holdTransaction', 'holdDeletion'])(
    'a call has its value while another tab is in %s, and it is stored later',
    async (hold) => {
      const [one, two] = [await tab(), await tab()]
      expect(await two.evaluate('program.double(1)')).toBe(2)
      await one.evaluate(`program.${hold}().then((end) => { globalThis.end = end })`)
      await events(two)
      expect(await two.evaluate('program.double(2)')).toBe(4)
      expect(await events(two)).toEqual(['circuit open', 'problem ERR_PERSIST_STORE_UNAVAILABLE', 'miss', 'compute'])
      await one.evaluate('end()')
      await two.waitForFunction(`program.events.includes('write')`)
      expect(await events(two)).toEqual(['circuit closed', 'write'])
      expect(await two.evaluate('program.double(2)')).toBe(4)
      expect(await events(two)).toEqual(['hit'])
      expect(await two.evaluate('program.double(3)')).toBe(6)
      expect(await two.evaluate('program.double(3)')).toBe(6)
      expect(await events(two)).toEqual(['miss', 'compute', 'write', 'hit'])
    },
  )

  test('an adapter is closed while the database cannot be opened', async () => {
    const [one, two] = [await tab(), await tab()]
    expect(await two.evaluate('program.double(1)')).toBe(2)
    await one.evaluate('program.holdDeletion()')
    expect(await two.evaluate('program.double(2)')).toBe(4)
    await two.evaluate('program.adapter.close()')
  })

  test.each(['clear', 'deleteByTag', 'prune'])('%s of many entries takes as long as it needs', async (method) => {
    const page = await tab()
    await page.evaluate('program.fill(3_000)')
    expect(await page.evaluate(`program.removeFilled('${method}')`)).toEqual(
      method === 'clear' ? [3_001, 0] : [3_000, 1],
    )
  })

  test('clear of many entries keeps no other call waiting to its end', async () => {
    const page = await tab()
    await page.evaluate('program.fill(1_000)')
    expect(await page.evaluate('program.clearBesideSet()')).toBe('set')
  })

  test('many calls at once outlast the wait for one, while the browser answers one after the other', async () => {
    const page = await tab()
    expect(await page.evaluate('program.setInTurn(4, 400)')).toBe(4)
  })

  test.each(['publish', 'release'])(
    'a tab that failed to %s its lease keeps no other tab waiting',
    async (operation) => {
      const page = await tab()
      expect(await page.evaluate(`program.locksAfter('${operation}')`)).toBe(0)
      expect(await events(page)).toEqual(['ERR_PERSIST_STORE_UNAVAILABLE'])
    },
  )

  test('a connection that the browser has lost is opened again', async () => {
    const page = await tab()
    expect(await page.evaluate('program.double(1)')).toBe(2)
    await page.evaluate(`{
      const { transaction } = IDBDatabase.prototype
      let lost
      IDBDatabase.prototype.transaction = function (...args) {
        lost ??= this
        if (this === lost) throw new DOMException('Connection to Indexed Database server lost', 'UnknownError')
        return transaction.apply(this, args)
      }
    }`)
    await events(page)
    expect(await page.evaluate('program.double(1)')).toBe(2)
    expect(await events(page)).toEqual(['hit'])
  })

  test('a result is stored later if the browser ends each transaction, as it does while the data of a site is deleted', async () => {
    const page = await tab()
    expect(await page.evaluate('program.double(1)')).toBe(2)
    await page.evaluate(`{
      const { get } = IDBObjectStore.prototype
      IDBObjectStore.prototype.get = function (...args) {
        const request = get.apply(this, args)
        this.transaction.abort()
        return request
      }
      globalThis.restore = () => { IDBObjectStore.prototype.get = get }
    }`)
    await events(page)
    expect(await page.evaluate('program.double(2)')).toBe(4)
    expect(await events(page)).toContain('problem ERR_PERSIST_STORE_UNAVAILABLE')
    await page.evaluate('restore()')
    await page.waitForFunction(`program.events.includes('write')`)
    await events(page)
    expect(await page.evaluate('program.double(2)')).toBe(4)
    expect(await events(page)).toEqual(['hit'])
  })

  test.each([
    ['null', 'value: null'],
    ['an error', `get() { throw new DOMException('The operation is insecure.', 'SecurityError') }`],
  ])('a page in which the storage is %s computes', async (_, property) => {
    const page = await tab(
      `for (const [object, name] of [[globalThis, 'indexedDB'], [navigator, 'locks']])
        Object.defineProperty(object, name, { ${property} })`,
    )
    expect(await page.evaluate('program.double(1)')).toBe(2)
    expect(await page.evaluate('program.double(1)')).toBe(2)
    expect(await events(page)).toEqual([
      'circuit open',
      'problem ERR_PERSIST_STORE_UNAVAILABLE',
      'miss',
      'compute',
      'miss',
      'compute',
    ])
  })

  test('a payload that is too large for the browser is reported, and nothing else fails', async () => {
    const page = await tab()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    expect(await page.evaluate('program.set(134e6)')).toBe('ERR_PERSIST_VALUE_TOO_LARGE')
    // The requests that this one makes are answered after those of the transaction that failed.
    expect(await page.evaluate('program.double(1)')).toBe(2)
    expect(errors).toEqual([])
  })
})
