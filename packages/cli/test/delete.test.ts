import { join } from 'node:path'
import type { Head } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { beforeEach, expect, test } from 'vitest'
import { json, persist } from './support/command.ts'
import { contents, filled } from './support/filled.ts'

let cwd: string
const stored = () => [...contents(`${cwd}/persist`).keys()]
beforeEach(() => {
  cwd = filled()
})

test('without --yes and without a terminal, nothing is deleted', async () => {
  const before = stored()
  for (const args of [
    ['rm', 'odd', 'full'],
    ['clear', 'odd'],
    ['clear', '--all'],
    ['prune', '--max-entries', '1'],
  ]) {
    const { code, stderr } = await persist(args, { cwd, input: 'y\n' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/--yes/)
  }
  expect(stored()).toEqual(before)
})

test('rm deletes the named entries, and reports the missing ones', async () => {
  expect(await json(['rm', 'odd', 'full', 'none', '--yes'], { cwd })).toEqual({
    funcname: 'odd',
    deleted: ['full'],
    absent: ['none'],
  })
  expect(stored()).not.toContain('odd full')
  expect(stored()).toContain('odd raw')
  expect(await persist(['rm', 'odd', 'none', '-y'], { cwd })).toMatchObject({ code: 1 })
  expect(await persist(['rm', 'double', '--args', '[3]', '-y'], { cwd })).toMatchObject({
    code: 0,
    stdout: '1 entry deleted\n',
  })
  expect(await persist(['rm', 'double', '-y'], { cwd })).toMatchObject({ code: 2 })
  expect(await persist(['rm', 'double', '../odd/raw', '-y'], { cwd })).toMatchObject({ code: 2 })
  expect(stored()).toContain('odd raw')
})

test('clear empties the named functions, and all functions only with --all', async () => {
  expect(await persist(['clear', '-y'], { cwd })).toMatchObject({ code: 2 })
  expect(await persist(['clear', 'odd', '--all', '-y'], { cwd })).toMatchObject({ code: 2 })
  expect(stored()).toHaveLength(12)
  expect(await json(['clear', 'double', 'a/b: bytes', '-y'], { cwd })).toEqual({
    cleared: { double: 5, 'a/b: bytes': 1 },
    entries: 6,
  })
  expect(stored()).toHaveLength(6)
  await persist(['clear', '--all', '-y'], { cwd })
  expect(stored()).toEqual([])
})

test('prune deletes expired entries, and entries over the limits', async () => {
  expect(await json(['prune'], { cwd })).toMatchObject({ pruned: { odd: 1 }, entries: 1 })
  expect(stored()).not.toContain('odd gone')
  expect(await json(['prune', 'double', '--max-entries', '2', '-y'], { cwd })).toMatchObject({ entries: 3 })
  expect(stored().filter((name) => name.startsWith('double'))).toHaveLength(2)
  expect(await persist(['prune', '--max-entries', 'two', '-y'], { cwd })).toMatchObject({ code: 2 })
  expect(await json(['prune', 'double', '--max-bytes', '0.01kB', '-y'], { cwd })).toMatchObject({ entries: 2 })
})

test('prune keeps entries that may be served stale, and with --keep-stale those that expired recently', async () => {
  const store = diskStore(join(cwd, 'persist')).open('f')
  const now = Date.now()
  const day = 86_400_000
  store.set({ hash: 'two days', payload: 'x', createdAt: 1, expiresAt: now - 2 * day })
  store.set({ hash: 'an hour', payload: 'x', createdAt: 1, expiresAt: now - day / 24 })
  store.set({ hash: 'good', payload: 'x', createdAt: 1, expiresAt: now + day })
  store.set({ hash: 'stale', payload: 'x', createdAt: 1, expiresAt: now - 2 * day, staleUntil: now + day })
  const kept = () => [...(store.heads() as Iterable<Head>)].map(({ hash }) => hash).sort()
  expect(await json(['prune', 'f', '--keep-stale', '3d'], { cwd })).toMatchObject({ entries: 0 })
  expect(await json(['prune', 'f', '--keep-stale', '24h'], { cwd })).toMatchObject({ entries: 1 })
  expect(kept()).toEqual(['an hour', 'good', 'stale'])
  expect(await json(['prune', 'f'], { cwd })).toMatchObject({ entries: 1 })
  expect(kept()).toEqual(['good', 'stale'])
  for (const time of ['', '7', '1M', '-1d', 'soon', '1e3s']) {
    expect(await persist(['prune', 'f', '--keep-stale', time], { cwd })).toMatchObject({ code: 2 })
  }
  expect(await persist(['prune', 'f', '--keep-stale', '0'], { cwd })).toMatchObject({ code: 0 })
})

test.each(['clear', 'prune'])('%s counts the entries of a function that is named __proto__', async (command) => {
  diskStore(`${cwd}/persist`).open('__proto__').set({ hash: 'a', payload: '1', createdAt: 1, expiresAt: 2 })
  const args = [command, '__proto__', '--yes', '--json']
  const { stdout } = await persist(args, { cwd })
  expect(stdout).toContain('"__proto__":1')
  expect(JSON.parse(stdout)).toMatchObject({ entries: 1 })
})
