import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { OWN_STORE } from './support/command.ts'
import { filled } from './support/filled.ts'
import { rowOf, textOf, withPage } from './support/page.ts'
import { serving } from './support/serving.ts'

const SCHEMES = ['light', 'dark'] as const

/** The contrast of each visible link with its background, by WCAG 2. */
const CONTRASTS = `[...document.querySelectorAll('a')].filter((a) => a.offsetWidth > 0).map((link) => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) => value / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  let ground = link
  while (ground && channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement
  const background = getComputedStyle(ground ?? document.documentElement).backgroundColor
  const [low, high] = [luminance(getComputedStyle(link).color), luminance(background)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
})`

await withPage('the page', (harness) => {
  test.each([320, 480, 600, 820])('fits into a window of %i pixels, and shows hash, key and bytes', async (width) => {
    const store = diskStore(join(harness.cwd, 'persist')).open('n'.repeat(200))
    store.set({ hash: 'h'.repeat(43), payload: '1', key: '{"v":1,"json":["a key"]}', createdAt: 1 })
    const page = await harness.open()
    await page.setViewportSize({ width, height: 700 })
    await rowOf(page, 'nnn').waitFor()
    const pageWidth = () => page.evaluate('document.documentElement.scrollWidth')
    expect(await pageWidth()).toBe(width)
    await rowOf(page, 'nnn').locator('a').click()
    await rowOf(page, 'hhh').waitFor()
    expect(await pageWidth()).toBe(width)
    for (const column of [1, 2, 3]) {
      const cell = await rowOf(page, 'hhh').locator(`td:nth-child(${column})`).boundingBox()
      expect(cell!.width).toBeGreaterThan(55)
    }
    store.clear()
  })

  test('escapes characters that change the direction of text', async () => {
    const payload = '{"v":1,"json":["\u202egnp.exe"]}'
    const store = diskStore(join(harness.cwd, 'persist')).open('hostile')
    store.set({ hash: 'h', payload, key: payload, metadata: '\u202egnp.exe', tags: ['\u202egnp.exe'], createdAt: 1 })
    const page = await harness.open()
    await rowOf(page, 'hostile').locator('a').click()
    await rowOf(page, '\\u202egnp.exe').locator('a').click()
    await page.locator('#value').waitFor()
    const shown = await textOf(page.locator('body'))
    expect(shown.split('\\u202egnp.exe')).toHaveLength(6)
    expect(shown).not.toContain('\u202e')
    store.clear()
  })

  test.each([600, 1280])('has one heading of the first level in each view, %i pixels wide', async (width) => {
    const page = await harness.open()
    await page.setViewportSize({ width, height: 700 })
    await rowOf(page, 'odd').waitFor()
    const headings = page.getByRole('heading', { level: 1 })
    expect(await headings.count()).toBe(1)
    await rowOf(page, 'odd').locator('a').click()
    await rowOf(page, 'full').waitFor()
    expect(await headings.count()).toBe(1)
    await rowOf(page, 'full').locator('a').click()
    await page.locator('#value').waitFor()
    expect(await headings.count()).toBe(1)
  })

  test.each(SCHEMES)('has links with a contrast of at least 4.5 in the %s color scheme', async (colorScheme) => {
    const page = await harness.open(harness.served.url, { colorScheme })
    await rowOf(page, 'double').waitFor()
    const contrasts = (await page.evaluate(CONTRASTS)) as number[]
    expect(contrasts.length).toBeGreaterThan(4)
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5)
  })

  test('says that it reads the store until the store has answered', async () => {
    const env = { OWN_STORE_MS: '1000' }
    const slow = await serving(['--store', OWN_STORE, '-c', 'own://persist', 'double'], harness.cwd, env)
    const page = await harness.open(slow.url)
    await page.getByText(/^Reading the store/).waitFor()
    await rowOf(page, 'double').waitFor()
    expect(await page.getByText(/^Reading the store/).count()).toBe(0)
    expect(await slow.end()).toBe(0)
  })
})

test('the first events of a page are the progress of reading the store', async () => {
  const served = await serving(['double', 'odd'], filled())
  const response = await fetch(`http://127.0.0.1:${served.port}/api/events`, {
    headers: { authorization: `Bearer ${served.token}` },
  })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('"store"') && text.endsWith('\n\n')) break
  }
  const events = text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice('data: '.length)))
  expect(events).toEqual([
    { progress: { functions: 1, entries: 5 } },
    { progress: { functions: 2, entries: 9 } },
    expect.objectContaining({ functions: [expect.anything(), expect.anything()] }),
  ])
  expect(await served.end()).toBe(0)
})
