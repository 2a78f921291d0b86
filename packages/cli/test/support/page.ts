import { join } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect } from 'vitest'
import { contents, filled } from './filled.ts'
import { type Serving, serving } from './serving.ts'
import { withBrowser } from './with-browser.ts'

/** The page of one cache, for the tests of a file. */
export interface PageLab {
  /** Where the cache `persist` is. */
  readonly cwd: string
  readonly served: Serving
  /** What went wrong on the page that was opened last: errors, violations of its policy, a stored script that ran. */
  readonly failures: readonly string[]
  /** The addresses that it asked for. */
  readonly asked: readonly string[]
  /** Opens the page, or another one, in a browser that knows nothing yet. */
  open(at?: string, options?: BrowserContextOptions): Promise<Page>
  /** What the cache holds at this moment, as `funcname hash`. */
  stored(): string[]
}

/** Defines tests of the page in a real browser; the lab is ready when they run. */
export async function withPage(name: string, define: (lab: PageLab) => void): Promise<void> {
  await withBrowser(name, (browser) => {
    const lab = { cwd: '', failures: [] as string[], asked: [] as string[], served: undefined as unknown as Serving }
    beforeAll(async () => {
      lab.cwd = filled()
      lab.served = await serving([], lab.cwd)
    })
    beforeEach(async ({ onTestFinished }) => {
      onTestFinished(async () => {
        for (const context of browser().contexts()) await context.close()
      })
    })
    async function open(at = lab.served.url, options: BrowserContextOptions = {}): Promise<Page> {
      const page = await (await browser().newContext(options)).newPage()
      lab.failures.length = 0
      lab.asked.length = 0
      page.on('pageerror', (error) => lab.failures.push(error.message))
      page.on('console', (message) => message.type() === 'error' && lab.failures.push(message.text()))
      page.on('dialog', () => lab.failures.push('a stored script ran'))
      page.on('request', (request) => lab.asked.push(request.url()))
      await page.goto(at)
      return page
    }
    define(Object.assign(lab, { open, stored: () => [...contents(join(lab.cwd, 'persist')).keys()] }))
  })
}

/** The line of a table with this text in it. */
export function rowOf(page: Page, text: string): Locator {
  return page.locator('tr.row', { hasText: text })
}

/** All lines of the table. */
export function rowCount(page: Page): () => Promise<number> {
  return () => page.locator('tr.row').count()
}

/** What can be read there. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join('\n')
}

/** Asks again until the answer is as expected; a busy machine takes its time. */
export function eventually(ask: () => unknown): ReturnType<typeof expect.poll> {
  return expect.poll(ask, { timeout: 30_000 })
}
