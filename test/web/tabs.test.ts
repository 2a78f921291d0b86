import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { served } from './served.ts'

const bundle = await webBundle('tabs.ts')

interface Called {
  readonly result: readonly unknown[]
  readonly events: readonly string[]
}

await withBrowser('tabs of one origin', (browser) => {
  let context: BrowserContext
  let url: string
  /** The runs that have begun, and what lets them end. */
  let runs: { readonly page: Page; readonly end: () => void }[]
  let waiting: (() => void)[]

  beforeEach(async () => {
    runs = []
    waiting = []
    context = await browser().newContext()
    onTestFinished(() => context.close())
    url = await served({ 'tabs.mjs': bundle })
    await context.exposeBinding(
      'computing',
      ({ page }) =>
        new Promise<void>((end) => {
          runs.push({ page, end })
          for (const look of waiting) look()
        }),
    )
  })

  async function tab(): Promise<Page> {
    const page = await context.newPage()
    await load(page)
    return page
  }

  async function load(page: Page): Promise<void> {
    await page.goto(url)
    await page.evaluate(`import('/tabs.mjs').then((program) => { globalThis.program = program })`)
  }

  const call = (page: Page, id: number) => page.evaluate(`program.called(${id})`) as Promise<Called>

  /** Waits until so many runs have begun. */
  function begun(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => runs.length >= count && resolve()
      waiting.push(look)
      look()
    })
  }

  /** Waits until another tab waits for the lease of a call. */
  const waits = (page: Page) => page.waitForFunction('program.hasWaited()')

  test('equal calls of two tabs compute once, and both get the result', async () => {
    const [one, two] = [await tab(), await tab()]
    const first = call(one, 1)
    await begun(1)
    const second = call(two, 1)
    await waits(two)
    runs[0]!.end()
    const calls = await Promise.all([first, second])
    expect(calls.map(({ result }) => result)).toEqual([
      [1, 1, '1'],
      [1, 1, '1'],
    ])
    expect(runs.length).toBe(1)
  })

  test('after a reload, the result comes from the database', async () => {
    const page = await tab()
    const first = call(page, 2)
    await begun(1)
    runs[0]!.end()
    await first
    await load(page)
    expect(await call(page, 2)).toEqual({ result: [2, 2, '2'], events: ['hit'] })
    expect(runs.length).toBe(1)
  })

  test.each([
    ['is closed', (page: Page) => page.close()],
    ['crashes', (page: Page) => page.goto('chrome://crash').catch(() => {})],
    ['is left for another page', (page: Page) => page.goto('about:blank')],
  ])('a tab that %s while it computes loses its lease at once', async (_, end) => {
    const [one, two] = [await tab(), await tab()]
    call(one, 3).catch(() => {})
    await begun(1)
    const second = call(two, 3)
    await waits(two)
    await end(one)
    await begun(2)
    expect(runs[1]!.page).toBe(two)
    runs[1]!.end()
    expect((await second).result).toEqual([3, 3, '3'])
  })

  test('an entry that another tab deletes by its tag is computed again', async () => {
    const [one, two] = [await tab(), await tab()]
    const first = call(one, 4)
    await begun(1)
    runs[0]!.end()
    await first
    expect(await two.evaluate(`program.load.cache.deleteByTag('id 4')`)).toBe(1)
    const again = call(one, 4)
    await begun(2)
    runs[1]!.end()
    expect((await again).result).toEqual([4, 4, '4'])
  })
})
