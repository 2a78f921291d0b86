import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder } from './support/command.ts'
import { rowOf, textOf, withPage } from './support/page.ts'
import { serving } from './support/serving.ts'
import { fillTraced } from './support/traced.ts'

const product = (steps: number, size: number) => steps * size

/** The function with these parts of its code. */
function simulate(cwd: string, digests: Record<string, string>, now: number) {
  const parts = Object.entries(digests).map(([name, digest]) => ({ name, digest }))
  return createPersist({ env: {}, now: () => now })(product, {
    funcname: 'simulate',
    cache: `file://${join(cwd, 'persist')}`,
    storekey: true,
    versions: 'beside',
    dependsOn: [{ name: 'code', read: () => ({ digest: JSON.stringify(parts), parts }) }],
  })
}

/** Stores a result of old code and one of new code. */
function fill(cwd: string): void {
  simulate(cwd, { './integrate.ts': '1', 'mathjs@14.0.0': '1', './same.ts': '1' }, 1_000)(100, 1)
  simulate(cwd, { './integrate.ts': '2', 'mathjs@14.0.1': '2', './same.ts': '1' }, 2_000)(100, 2)
}

test('the server reports what an entry was made from, what has changed since, and the nearest call', async () => {
  const cwd = newFolder()
  fill(cwd)
  const served = await serving([], cwd)
  const get = async (path: string) => {
    const authorization = `Bearer ${served.token}`
    const reply = await fetch(`http://127.0.0.1:${served.port}${path}`, { headers: { authorization } })
    return (await reply.json()) as Record<string, unknown>
  }
  await get('/api/overview')
  const { rows } = await get('/api/entries?funcname=simulate&order=createdAt&descending=false')
  const [old, current] = rows as { hash: string }[]
  const details = (hash: string) => get(`/api/entry?funcname=simulate&hash=${hash}`)
  expect(await details(old!.hash)).toMatchObject({
    source: expect.any(String),
    madeFrom: {
      parts: expect.arrayContaining(['./integrate.ts', 'mathjs@14.0.0', './same.ts']),
      changed: ['./integrate.ts', 'mathjs 14.0.0 → 14.0.1'],
    },
    nearest: { hash: current!.hash, differs: ['$[1]: 2 → 1'] },
  })
  expect(await details(current!.hash)).toMatchObject({ madeFrom: { changed: [] } })
  await served.end()
})

await withPage('on the page', (harness) => {
  test('an entry is shown with what it was made from, its changes first, and leads to the nearest call', async () => {
    fill(harness.cwd)
    const page = await harness.open()
    await rowOf(page, 'simulate').locator('a').click()
    await page.locator('tr.row').last().click()
    const made = page.locator('#made-from')
    await made.waitFor()
    expect((await textOf(made)).split('\n').map((line) => line.trim())).toEqual([
      'simulate',
      './integrate.ts has changed',
      'mathjs 14.0.0 → 14.0.1 has changed',
      'product',
      './same.ts',
    ])
    expect(await textOf(page.locator('#nearest'))).toContain('differs in $[1]: 2 → 1')
    await page.locator('#nearest a').click()
    await page.getByText('differs in $[1]: 1 → 2').waitFor()
    expect(await page.locator('#made-from .bad').count()).toBe(0)
    expect(harness.failures).toEqual([])
  })

  test('an entry is shown with its inputs, those of called functions below them, and leads to their entries', async () => {
    const { title } = fillTraced(harness.cwd)
    writeFileSync(join(harness.cwd, 'a b.md'), 'other text')
    diskStore(join(harness.cwd, 'persist'))
      .open('title')
      .set({ hash: title, payload: '2', createdAt: 1_000, inputs: [] })
    const page = await harness.open()
    await rowOf(page, 'site').locator('a').click()
    await page.locator('tr.row').last().click()
    const inputs = page.locator('#inputs')
    await inputs.waitFor()
    const lines = (await textOf(inputs)).split('\n').map((line) => line.trim())
    expect(lines.filter((line) => line !== '')).toEqual([
      'env $THEME',
      'file a b.md has changed',
      'call page, not verified',
      'call title has changed',
      'it has read nothing',
    ])
    await inputs.getByText('title', { exact: true }).click()
    await page.getByRole('heading', { name: title }).waitFor()
    expect(harness.failures).toEqual([])
  })
})
