import { createPersist, type PersistEvent } from '@persist/core'
import { env, exists, observe, readFile, readFileSync } from '@persist/inputs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { project } from './support/project.ts'

const NAME = 'PERSIST_INPUTS_WHY'

test('explain names every input that is verified, and all that have changed', async () => {
  const { at, write, persist, options } = project({ 'a.md': 'one' })
  const title = persist(async () => readFile(at('a.md'), 'utf8'), { ...options, funcname: 'title' })
  const page = persist(async () => `${await title()} ${env(NAME)} ${await exists(at('b.md'))}`, {
    ...options,
    funcname: 'page',
  })
  await page()
  expect(await page.explain()).toMatchObject({ hit: true, verified: ['key', `$${NAME}`, 'b.md', 'title'] })
  write('b.md', '')
  expect(await page.explain()).toMatchObject({ hit: false, reason: 'input', changed: ['b.md'] })
  vi.stubEnv(NAME, 'dark')
  onTestFinished(() => void vi.unstubAllEnvs())
  write('a.md', 'two')
  expect(await page.explain()).toMatchObject({ hit: false, reason: 'input', changed: [`$${NAME}`, 'b.md', 'title'] })
})

test('explain calls no function again, so a called function with changed inputs counts as changed', async () => {
  const { at, write, persist, options } = project({ 'a.md': 'one' })
  let runs = 0
  const title = persist(
    async () => {
      runs++
      return (await readFile(at('a.md'), 'utf8')).length
    },
    { ...options, funcname: 'title' },
  )
  const page = persist(async () => (await title()) + 1, { ...options, funcname: 'page' })
  await page()
  write('a.md', 'two')
  expect(await page.explain()).toMatchObject({ hit: false, reason: 'input', changed: ['title'] })
  expect(runs).toBe(1)
  expect(await page()).toBe(4)
  expect(runs).toBe(2)
  expect(await page.explain()).toMatchObject({ hit: true })
})

test('a replay explains a hit without inputs, since it looks at none', () => {
  const { at, write, persist, options } = project({ a: '1' })
  const body = () => readFileSync(at('a'), 'utf8')
  persist(body, { ...options, funcname: 'read' })()
  write('a', '2')
  const replayed = createPersist({ env: { PERSIST_MODE: 'replay' } })(body, { ...options, funcname: 'read' })
  expect(replayed.explain()).toMatchObject({ hit: true, verified: ['key'] })
})

test('stderr names the input that has changed', () => {
  const { at, write, options } = project({ a: '1' })
  const lines: string[] = []
  const persist = createPersist({ env: { PERSIST_VERBOSITY: '3' }, stderr: (line) => lines.push(line) })
  const read = persist(() => readFileSync(at('a'), 'utf8'), { ...options, funcname: 'read', hash: () => 'h' })
  read()
  write('a', '2')
  read()
  expect(lines.filter((line) => line.includes('miss'))).toEqual([
    'persist: miss read/h (absent)\n',
    'persist: miss read/h (input: a)\n',
  ])
})

for (const mode of ['verify', 'verify:0.5']) {
  test(`what a verification reads is no input of the functions around it (${mode})`, async () => {
    const { at, write, persist, options } = project({ 'a.md': 'one' })
    let runs = 0
    const body = () => {
      runs++
      return readFileSync(at('a.md'), 'utf8').length
    }
    persist(body, { ...options, funcname: 'size' })()
    const verifying = createPersist({ env: { PERSIST_MODE: mode }, random: () => 0 })
    const size = verifying(body, { ...options, funcname: 'size' })
    const page = persist(
      async () => {
        const made = size() + 1
        await vi.waitUntil(() => runs === 2)
        return made
      },
      { ...options, funcname: 'page' },
    )
    expect(await page()).toBe(4)
    expect(runs).toBe(2)
    expect(await page.explain()).toMatchObject({ verified: ['key', 'size'] })
    write('a.md', 'two')
    size()
    expect(await page.explain()).toMatchObject({ hit: true })
  })
}

test('a read that was not recorded shows in the mode verify', () => {
  const { persist, options } = project()
  let factor = 2
  const body = (x: number) => x * factor
  persist(body, { ...options, funcname: 'scale' })(3)
  factor = 5
  const found: PersistEvent[] = []
  const verified = createPersist({ env: { PERSIST_MODE: 'verify' }, stderr: () => {} })(body, {
    ...options,
    funcname: 'scale',
    report: (event) => void (event.name === 'mismatch' && found.push(event)),
  })
  expect(verified(3)).toBe(6)
  expect(found).toMatchObject([{ name: 'mismatch', path: '$' }])
})

test('over a sync store has, lookup and explain return at once: an input whose check waits counts as changed', async () => {
  const { persist, options } = project()
  const later = observe('version of the test of sync stores', async () => 1)
  const f = persist(async () => later(), { ...options, funcname: 'f' })
  await f()
  expect(f.has()).toBe(false)
  expect(f.peek()).toBeUndefined()
  expect(f.explain()).toMatchObject({ hit: false, reason: 'input', changed: ['version of the test of sync stores'] })
})
