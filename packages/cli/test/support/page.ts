import { join } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect } from 'vitest'
import { withBrowser } from '../../../../test/support/with-browser.ts'
import { contents, filled } from './filled.ts'
import { type Serving, serving } from './serving.ts'

/** The page of one cache, for the tests of a file. */
export interface PageHarness {
  /** Where the cache `persist` is. */
  readonly cwd: string
  readonly served: Serving
  /** Failures on the page that was opened last: errors, violations of its policy, a stored script that ran. */
  readonly failures: readonly string[]
  /** The addresses that it asked for. */
  readonly asked: readonly string[]
  /** Opens the page, or another one, in a new browser context. */
  open(at?: string, options?: BrowserContextOptions): Promise<Page>
  /** The current entries of the cache, as `funcname hash`. */
  stored(): string[]
}

/** Defines tests of the page in a real browser; the harness is ready when they run. */
export async function withPage(name: string, define: (harness: PageHarness) => void): Promise<void> {
  await withBrowser(name, (browser) => {
    const harness = {
      cwd: '',
      failures: [] as string[],
      asked: [] as string[],
      served: undefined as unknown as Serving,
    }
    beforeAll(async () => {
      harness.cwd = filled()
      harness.served = await serving([], harness.cwd)
    })
    beforeEach(async ({ onTestFinished }) => {
      onTestFinished(async () => {
        for (const context of browser().contexts()) await context.close()
      })
    })
    async function open(at = harness.served.url, options: BrowserContextOptions = {}): Promise<Page> {
      const page = await (await browser().newContext(options)).newPage()
      harness.failures.length = 0
      harness.asked.length = 0
      page.on('pageerror', (error) => harness.failures.push(error.message))
      page.on('console', (message) => message.type() === 'error' && harness.failures.push(message.text()))
      page.on('dialog', () => harness.failures.push('a stored script ran'))
      page.on('request', (request) => harness.asked.push(request.url()))
      await page.goto(at)
      return page
    }
    define(Object.assign(harness, { open, stored: () => [...contents(join(harness.cwd, 'persist')).keys()] }))
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

/** The visible text. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join('\n')
}

/** Asks again until the answer is as expected. */
export function eventually(ask: () => unknown): ReturnType<typeof expect.poll> {
  return expect.poll(ask, { timeout: 30_000 })
}
