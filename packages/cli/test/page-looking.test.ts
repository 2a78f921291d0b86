import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { eventually, rowCount, rowOf, textOf, withPage } from './support/page.ts'

await withPage('on the page', (harness) => {
  test('shows the functions with their charts, and connects only to its own server', async () => {
    const page = await harness.open()
    await rowOf(page, 'double').waitFor()
    expect(await page.locator('tr.row').count()).toBe(4)
    expect(await textOf(rowOf(page, 'double'))).toMatch(/5\s+80 B/)
    expect(await rowOf(page, 'double').locator('svg').count()).toBe(4)
    expect(await textOf(rowOf(page, 'rich'))).toContain('2.0')
    expect(await textOf(rowOf(page, 'odd'))).toContain('1 expired')
    await rowOf(page, 'double').locator('a').click()
    await page.getByRole('img', { name: /^Entries by age. 1 min: \d+/ }).waitFor()
    await page.getByRole('img', { name: /^Entries by size. < 100 B: 5/ }).waitFor()
    expect(harness.asked.filter((url) => !url.startsWith(`http://127.0.0.1:${harness.served.port}/`))).toEqual([])
    expect(harness.failures).toEqual([])
  })

  test('removes the token from the address, and keeps it for a reload of the tab', async () => {
    const page = await harness.open()
    await rowOf(page, 'double').waitFor()
    expect(page.url()).not.toContain(harness.served.token)
    await page.reload()
    await rowOf(page, 'double').waitFor()
    const stranger = await harness.open(harness.served.url.replace(/#.*/, ''))
    await stranger.getByText('needs the whole address').waitFor()
    expect(await stranger.locator('tr.row').count()).toBe(0)
  })

  test('shows key and value of an entry as a tree', async () => {
    const page = await harness.open()
    await rowOf(page, 'rich').locator('a').click()
    await rowOf(page, '209 B').or(page.locator('tr.row')).first().waitFor()
    await page.locator('tr.row').last().click()
    const value = page.locator('#value')
    await value.waitFor()
    expect(await textOf(value)).toContain('1970-01-01T00:00:00.000Z')
    const map = value.locator('details', { hasText: 'seen' }).last()
    await map.locator('summary', { hasText: 'Map (1)' }).waitFor()
    expect(await value.getByText('"a"').isVisible()).toBe(false)
    await value.locator('summary', { hasText: 'Set (1)' }).click()
    await value.getByText('"a"').waitFor()
    await page.goto(`http://127.0.0.1:${harness.served.port}/#/odd/full`)
    await page.locator('#key').getByText('"k"').waitFor()
    expect(await textOf(page.locator('.facts'))).toMatch(/metadata\s+made\nby hand/)
    expect(harness.failures).toEqual([])
  })

  test('a stored script never runs, in any field', async () => {
    const script = '<img src=x onerror=alert(1)><script>alert(1)</script>'
    const store = diskStore(join(harness.cwd, 'persist'))
    const payload = JSON.stringify({ v: 1, json: { [script]: script } })
    const entry = {
      hash: 'script',
      payload,
      key: JSON.stringify({ v: 1, json: [script] }),
      metadata: script,
      version: script,
      tags: [script],
      createdAt: Date.now(),
    }
    store.open(script).set(entry)
    store.open(script).set({ ...entry, hash: 'raw', payload: script })
    const page = await harness.open()
    await rowOf(page, script).locator('a').click()
    await rowOf(page, 'script').first().waitFor()
    for (const hash of ['script', 'raw']) {
      await page.goto(`http://127.0.0.1:${harness.served.port}/#/${encodeURIComponent(script)}/${hash}`)
      await page.locator('#value').getByText(script).last().waitFor()
      await page.locator('.entry h2', { hasText: hash }).waitFor()
      expect(await textOf(page.locator('.facts'))).toContain(script)
    }
    expect(await page.locator('script').count()).toBe(1)
    expect(await page.locator('img').count()).toBe(0)
    expect(harness.failures).toEqual([])
    store.open(script).clear()
  })

  test('finds entries by their keys, and sorts them', async () => {
    const page = await harness.open()
    await rowOf(page, 'double').locator('a').click()
    await eventually(rowCount(page)).toBe(5)
    await page.locator('input.search').fill('[ 3 ]')
    await eventually(rowCount(page)).toBe(1)
    expect(await textOf(page.locator('.entries [role=status]'))).toBe('1 entry')
    await page.locator('input.search').fill('nothing like it')
    await eventually(rowCount(page)).toBe(0)
    await page.locator('input.search').fill('NUMBER')
    await eventually(rowCount(page)).toBe(5)
    const keys = () => page.locator('td.key').allInnerTexts()
    await page.getByRole('button', { name: 'Key', exact: true }).click()
    await eventually(keys).toEqual(['[ 0 ]', '[ 1 ]', '[ 2 ]', '[ 3 ]', '[ 4 ]'])
    await page.getByRole('button', { name: 'Key', exact: true }).click()
    await eventually(keys).toEqual(['[ 4 ]', '[ 3 ]', '[ 2 ]', '[ 1 ]', '[ 0 ]'])
  })

  test('shows more entries after a click', async () => {
    const store = diskStore(join(harness.cwd, 'persist')).open('many')
    for (let n = 0; n < 250; n++) store.set({ hash: `h${n}`, payload: `${n}`, createdAt: n })
    const page = await harness.open()
    await rowOf(page, 'many').locator('a').click()
    for (const shown of [100, 200, 250]) {
      await eventually(rowCount(page)).toBe(shown)
      if (shown < 250) await page.getByRole('button', { name: 'Show more' }).click()
    }
    expect(await page.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false)
    store.clear()
  })

  test('it is dark if the user wants that', async () => {
    const ground = async (colorScheme: 'dark' | 'light') => {
      const page = await harness.open(harness.served.url, { colorScheme })
      await rowOf(page, 'double').waitFor()
      const color: string = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
      return Number(/\d+/.exec(color)![0])
    }
    expect(await ground('light')).toBeGreaterThan(200)
    expect(await ground('dark')).toBeLessThan(50)
  })
})
