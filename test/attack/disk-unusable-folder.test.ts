import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const CALLS = fileURLToPath(new URL('./children/disk-calls.mjs', import.meta.url))
const room = mkdtempSync(join(tmpdir(), 'persist-attack-'))
afterAll(() => rmSync(room, { recursive: true }))
symlinkSync('nowhere', join(room, 'dangling'))
symlinkSync('loop', join(room, 'loop'))

test.each([
  'file:///proc/x',
  'file:///proc/x/y/z',
  '/dev/null/x',
  '/etc/passwd/x',
  join(room, 'dangling'),
  join(room, 'loop', 'x'),
  join(room, 'x'.repeat(300)),
])(
  'a thousand calls over %s, which cannot be used, have their values, hang nowhere, and say so in a few lines',
  (cache) => {
    const { stdout, stderr, error } = spawnSync(process.execPath, [CALLS, cache], { encoding: 'utf8', timeout: 60_000 })
    expect(error).toBeUndefined()
    expect(JSON.parse(stdout)).toMatchObject({ runs: 1000, wrong: 0 })
    expect(stderr).toContain('cannot be used')
    expect(stderr.trim().split('\n').length).toBeLessThan(6)
  },
)
