import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { withBrowser } from '../support/with-browser.ts'
import { webBundle } from './bundle.ts'
import { type Report, report } from './programs/values.ts'
import { served } from './served.ts'

const here = report()
const bundle = await webBundle('values.ts')

/** The lines that differ, with both results. */
function differences(there: Report): (readonly [what: string, here: string, there: string])[] {
  expect(there.map(([what]) => what)).toEqual(here.map(([what]) => what))
  return here.map(([what, text], line) => [what, text, there[line]![1]] as const).filter(([, a, b]) => a !== b)
}

test('the build for the web makes the keys, hashes and pickles of the build for Node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'persist-web-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'values.mjs')
  writeFileSync(file, bundle)
  const web = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { report(): Report }
  expect(differences(web.report())).toEqual([])
})

await withBrowser('in a browser', (browser) => {
  test('the build for the web makes the keys, hashes and pickles of Node, but has no Buffer', async () => {
    // Without these a page has no SharedArrayBuffer.
    const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
    const page = await browser().newPage()
    await page.goto(await served({ 'values.mjs': bundle }, isolated))
    const there = (await page.evaluate(`import('/values.mjs').then(({ report }) => report())`)) as Report
    await page.close()
    const differing = differences(there)
    expect(differing.filter(([, , text]) => text !== 'ReferenceError: Buffer is not defined')).toEqual([])
    expect(differing.length).toBeLessThan(here.length / 5)
  })
})
