import { spawnSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environment } from '../field/folder.ts'
import { versionHere } from '../hosts/versions.ts'
import { recordRow } from '../support/host-rows.ts'
import { type Packed, pack } from './packed.ts'
import { makeProject, type Project } from './project.ts'

const VITEST = dirname(createRequire(import.meta.url).resolve('vitest/package.json'))

const PROGRAM = `
import { persist, PersistError } from '@persist/core'
import { expect, test } from 'vitest'

test.each(['file', 'lmdb'])('a result by URL is kept in %s', (scheme) => {
  let runs = 0
  const compute = (x) => { runs++; return { at: new Date(x), seen: new Map([[1, new Set([2n])]]), bytes: new Uint8Array([1, 2]) } }
  const cache = scheme + '://./' + scheme
  const kept = persist(compute, { funcname: 'kept', cache, ttl: '1h', memory: true })
  for (let i = 0; i < 2; i++) {
    const { at, seen, bytes } = kept(1)
    expect([at.getTime(), seen.get(1).has(2n), bytes[1]]).toEqual([1, true, 2])
    expect(at).toBeInstanceOf(Date)
  }
  expect(runs).toBe(Number(process.env.RUNS))
})
test('what is wrong is an error of ours', () => {
  expect(() => persist(() => 1, { funcname: 'wrong', cache: 'fil://x' })).toThrow(PersistError)
  expect(() => persist(() => 1, { funcname: 'wrong', cache: 'file:///dev/null/x?no=such' })).toThrow(PersistError)
})
`

let packed: Packed
let project: Project
beforeAll(() => {
  packed = pack()
  project = makeProject(packed, 'npm', ['@persist/core', '@persist/store-disk', '@persist/store-lmdb'])
  symlinkSync(VITEST, join(project.folder, 'node_modules/vitest'), 'junction')
  writeFileSync(join(project.folder, 'pooled.test.mjs'), PROGRAM)
})
afterAll(() => {
  project.remove()
  packed.remove()
})

test.each(['forks', 'threads', 'vmForks', 'vmThreads'])(
  'in the pool %s of Vitest stores are found by URL, and the next run reads what one kept',
  (pool) => {
    const cwd = project.folder
    for (const RUNS of ['1', '0']) {
      const command = [join(VITEST, 'vitest.mjs'), 'run', '--pool', pool, '--root', '.']
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        cwd,
        env: { ...environment(), RUNS },
        encoding: 'utf8',
      })
      expect(status, stdout + stderr).toBe(0)
      expect(stdout).toContain('3 passed')
    }
    recordRow({
      host: 'Vitest',
      version: versionHere('vitest'),
      ran: `folder and LMDB by URL, pool \`${pool}\``,
      result: 'passed',
    })
    for (const folder of ['file', 'lmdb']) rmSync(join(cwd, folder), { recursive: true })
  },
)
