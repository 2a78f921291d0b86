import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { served } from './served.ts'

/** The page of the examples, as Vite builds it. */
async function built(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'persist-example-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const root = fileURLToPath(new URL('../../examples/page', import.meta.url))
  const output = { entryFileNames: 'main.mjs' }
  const toFolder = { outDir: folder, emptyOutDir: true, rollupOptions: { output } }
  await build({ configFile: false, root, logLevel: 'error', build: toFolder })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return { 'page.html': read('index.html'), 'main.mjs': read('main.mjs') }
}

await withBrowser('the page of the examples', (browser) => {
  test('computes once, and has the result after a reload and in another tab', async () => {
    const url = await served(await built())
    const context = await browser().newContext()
    onTestFinished(() => context.close())

    async function asked(page: Page): Promise<string | null> {
      await page.goto(url)
      await page.fill('input', '1000')
      await page.click('text=Compute')
      await page.waitForFunction(`document.querySelector('output').textContent !== ''`)
      return page.textContent('output')
    }

    const page = await context.newPage()
    expect(await asked(page)).toBe('Prime number 1000 is 7919 (computed).')
    expect(await asked(page)).toBe('Prime number 1000 is 7919 (stored).')
    expect(await asked(await context.newPage())).toBe('Prime number 1000 is 7919 (stored).')
    await page.click('text=Forget')
    await page.waitForFunction(`document.querySelector('output').textContent === 'Forgot 1 results.'`)
    expect(await asked(page)).toBe('Prime number 1000 is 7919 (computed).')
  })
})
