import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { FULL } from './support/filled.ts'
import { eventually, rowCount, rowOf, withPage } from './support/page.ts'
import { serving } from './support/serving.ts'

await withPage('on the page', (harness) => {
  test('entries appear when they are written, and disappear when they are deleted', async () => {
    const page = await harness.open()
    await rowOf(page, 'double').waitFor()
    const store = diskStore(join(harness.cwd, 'persist')).open('live')
    store.set({ hash: 'first', payload: '1', createdAt: Date.now() })
    await rowOf(page, 'live').waitFor()
    await rowOf(page, 'live').locator('a').click()
    await rowOf(page, 'first').waitFor()
    store.set({ hash: 'second', payload: '2', createdAt: Date.now() })
    await rowOf(page, 'second').waitFor()
    store.delete('first')
    await eventually(() => rowOf(page, 'first').count()).toBe(0)
    store.clear()
  })

  test('an entry is deleted only after a confirmation', async () => {
    diskStore(join(harness.cwd, 'persist')).open('odd').set(FULL)
    const page = await harness.open()
    await rowOf(page, 'odd').locator('a').click()
    await rowOf(page, 'full').click()
    for (const no of [
      () => page.getByRole('button', { name: 'Cancel' }).click(),
      () => page.keyboard.press('Escape'),
    ]) {
      await page.locator('#delete').click()
      await page.getByRole('dialog').getByText('Delete the entry full of odd?').waitFor()
      await no()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    expect(harness.stored()).toContain('odd full')
    await page.locator('#delete').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await eventually(() => rowOf(page, 'full').count()).toBe(0)
    expect(harness.stored()).not.toContain('odd full')
    expect(harness.stored()).toContain('odd raw')
    expect(harness.failures).toEqual([])
  })

  test('a function is cleared after a confirmation', async () => {
    const store = diskStore(join(harness.cwd, 'persist')).open('to clear')
    for (const hash of ['a', 'b', 'c']) store.set({ hash, payload: 'x', createdAt: 1 })
    const page = await harness.open()
    await rowOf(page, 'to clear').locator('a').click()
    await page.locator('#clear').click()
    await page.getByRole('dialog').getByText('Delete all 3 entries of to clear?').waitFor()
    await page.getByRole('button', { name: 'Delete all' }).click()
    await page.getByText('Nothing is stored here.').waitFor()
    expect(harness.stored().filter((name) => name.startsWith('to clear'))).toEqual([])
    expect(harness.stored().length).toBeGreaterThan(5)
  })

  test('everything can be done with the keyboard', async () => {
    diskStore(join(harness.cwd, 'persist')).open('odd').set(FULL)
    const page = await harness.open()
    await rowOf(page, 'odd').waitFor()
    const focused = () => page.evaluate('document.activeElement.textContent')
    for (const key of ['ArrowDown', 'j', 'j', 'k', 'ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key)
    await eventually(focused).toMatch(/^odd/)
    await page.keyboard.press('Enter')
    await rowOf(page, 'full').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('full')
    await eventually(rowCount(page)).toBe(1)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('#value').waitFor()
    await page.keyboard.press('Delete')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await eventually(harness.stored).not.toContain('odd full')
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('previous line').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await rowOf(page, 'double').waitFor()
  })

  test('it shows that the command has ended', async () => {
    const short = await serving(['double'], harness.cwd)
    const page = await harness.open(short.url)
    await page.getByText('live', { exact: true }).waitFor()
    await short.end()
    await page.getByText(/the command has ended|not connected/).waitFor()
  })
})
