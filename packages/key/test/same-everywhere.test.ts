import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Row } from './support/rows.mjs'

interface Report {
  readonly rows: Row[]
  readonly locale: string
  readonly timeZone: string
  readonly hours: number
  readonly sorted: string[]
}

const CHILD = fileURLToPath(new URL('./children/rows.mjs', import.meta.url))
const golden: Row[] = JSON.parse(readFileSync(new URL('./golden/format-1.json', import.meta.url), 'utf8'))

async function reportOf(env: Record<string, string>, flags: readonly string[] = []): Promise<Report> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LC_|LANG|TZ|NODE_)/.test(name)))
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, CHILD], {
    env: { ...clean, ...env },
    cwd: tmpdir(),
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout)
}

test('two other processes make the strings and hashes of the golden file', async () => {
  const reports = await Promise.all([reportOf({}), reportOf({})])
  for (const { rows } of reports) expect(rows).toEqual(golden)
})

test('a process in a locale with another order of letters makes the same', async () => {
  const swedish = await reportOf({ LC_ALL: 'sv_SE.UTF-8', LANG: 'sv_SE.UTF-8' })
  const turkish = await reportOf({ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' })
  const posix = await reportOf({ LC_ALL: 'C', LANG: 'C' })
  expect([swedish.locale, turkish.locale]).toEqual(['sv-SE', 'tr-TR'])
  expect([swedish.sorted, turkish.sorted]).toEqual([
    ['z', 'ä'],
    ['ä', 'z'],
  ])
  for (const { rows } of [swedish, turkish, posix]) expect(rows).toEqual(golden)
})

test('a process in another time zone makes the same', async () => {
  const reports = await Promise.all(['Asia/Kathmandu', 'America/St_Johns'].map((TZ) => reportOf({ TZ })))
  expect(reports.map(({ hours }) => hours)).toEqual([5, 20])
  for (const { rows } of reports) expect(rows).toEqual(golden)
})

test.each([
  ['without a compiler', ['--jitless']],
  ['that optimizes each function at once', ['--always-turbofan']],
  ['with another hash seed', ['--hash-seed=12345', '--no-rehash-snapshot']],
])('a process %s makes the same', async (_how, flags) => {
  expect((await reportOf({}, flags)).rows).toEqual(golden)
})

test('a worker thread makes the same', async () => {
  const rowsModule = new URL('./support/rows.mjs', import.meta.url).href
  const source = `
    const { parentPort } = require('node:worker_threads')
    import(${JSON.stringify(rowsModule)}).then(({ rows }) => parentPort.postMessage(rows()))`
  const worker = new Worker(source, { eval: true })
  const rows = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  expect(rows).toEqual(golden)
})
