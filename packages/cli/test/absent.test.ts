import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lmdbStore } from '@persist/store-lmdb'
import { beforeEach, describe, expect, test } from 'vitest'
import { newFolder, OWN_STORE, persist } from './support/command.ts'
import { contents, filled, spoil } from './support/filled.ts'

/** Every command that needs a cache, with the arguments for a function. */
const COMMANDS = (funcname: string): readonly (readonly [string, ...string[]])[] => [
  ['ls', funcname],
  ['show', funcname],
  ['show', funcname, 'hash'],
  ['get', funcname, 'hash'],
  ['rm', funcname, 'hash', '-y'],
  ['clear', funcname, '-y'],
  ['prune', funcname],
  ['prune', funcname, '--max-entries', '1', '-y'],
  ['verify', funcname],
  ['stats', funcname],
  ['export', '-f', funcname],
  ['export', 'all', '-f', funcname],
  ['serve', funcname],
]
const WITHOUT_FUNCTION: readonly (readonly [string, ...string[]])[] = [
  ['ls'],
  ['clear', '--all', '-y'],
  ['prune'],
  ['verify'],
  ['stats'],
  ['export'],
  ['export', 'all'],
  ['serve'],
]

let cwd: string
beforeEach(() => {
  cwd = filled()
})

const messageOf = async (args: readonly string[], options: { env?: Record<string, string> } = {}) => {
  const { code, stdout, stderr } = await persist(args, { cwd, ...options })
  expect(stdout).toBe('')
  expect(stderr).not.toContain('\n    at ')
  return { code, stderr }
}

describe('a cache that does not exist', () => {
  test.each([...WITHOUT_FUNCTION, ...COMMANDS('double')].map((args) => [args.join(' '), args] as const))(
    'is an error, and made by none: %s',
    async (_, args) => {
      const before = readdirSync(cwd, { recursive: true }).sort()
      for (const cache of ['persit', 'lmdb://persit']) {
        expect(await messageOf(['-c', cache, ...args])).toEqual({
          code: 1,
          stderr: `persist: there is no cache at ${cwd}/persit. Did you mean persist?\n`,
        })
      }
      expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before)
    },
  )

  test('as the source of a copy is an error, and the target is not made', async () => {
    expect(await messageOf(['copy', 'nonexist', 'target'])).toEqual({
      code: 1,
      stderr: `persist: there is no cache at ${cwd}/nonexist\n`,
    })
    expect(await messageOf(['copy', 'file://persit', 'target'])).toMatchObject({
      stderr: expect.stringMatching(/mean persist\?/),
    })
    expect(readdirSync(cwd)).toEqual(['persist'])
  })

  test('by default is named by its path, and the error says how to name another one', async () => {
    cwd = newFolder()
    expect(await messageOf(['ls'])).toEqual({
      code: 1,
      stderr: `persist: there is no cache at ${cwd}/persist. Name the cache with --cache, or PERSIST_CACHE\n`,
    })
  })

  test('at a broken link is an error, too', async () => {
    symlinkSync('nowhere', join(cwd, 'link'))
    expect(await messageOf(['-c', 'link', 'ls'])).toMatchObject({ code: 1 })
  })
})

describe('a folder without a cache', () => {
  test('is an error that names a cache in it, around it, or beside it', async () => {
    mkdirSync(join(cwd, 'persists'))
    writeFileSync(join(cwd, 'persists', 'letter.txt'), 'dear diary')
    for (const [cache, meant] of [
      ['.', 'Did you mean persist?'],
      ['persists', 'Did you mean persist?'],
      ['persist/odd', 'Did you mean the function odd in the cache persist?'],
      ['lmdb://persist', 'Did you mean persist?'],
    ] as const) {
      const { code, stderr } = await messageOf(['-c', cache, 'ls'])
      expect(code).toBe(1)
      expect(stderr).toContain(`holds no cache. ${meant}`)
    }
    expect(readdirSync(join(cwd, 'persists'))).toEqual(['letter.txt'])
  })

  test('is an error that names the cache, if it is one of another kind', async () => {
    const lmdb = lmdbStore(join(cwd, 'store'))
    lmdb.open('f').set({ hash: 'h', payload: 'x', createdAt: 1 })
    lmdb.close()
    expect(await messageOf(['-c', 'store', 'ls'])).toMatchObject({
      stderr: expect.stringMatching(/mean lmdb:\/\/store\?/),
    })
    expect(await persist(['-c', 'lmdb://store', 'ls'], { cwd })).toMatchObject({ code: 0 })
  })

  test('is a cache if it has entries, even if its mark is lost or Python made it', async () => {
    const { unlinkSync } = await import('node:fs')
    unlinkSync(join(cwd, 'persist', 'persist.json'))
    expect(await persist(['ls'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringMatching(/double/) })
    mkdirSync(join(cwd, 'python', 'f'), { recursive: true })
    writeFileSync(join(cwd, 'python', 'f', 'h.out'), '6')
    expect(await persist(['-c', 'file://python?layout=pypersist', 'ls'], { cwd })).toMatchObject({ code: 0 })
  })
})

describe('a function that does not exist', () => {
  test.each(COMMANDS('duoble').map((args) => [args.join(' '), args] as const))(
    'is an error with the nearest name, and changes nothing: %s',
    async (_, args) => {
      const before = contents(join(cwd, 'persist'))
      expect(await messageOf(args)).toEqual({
        code: 1,
        stderr: `persist: there is no function duoble in ${cwd}/persist. Did you mean double?\n`,
      })
      expect(contents(join(cwd, 'persist'))).toEqual(before)
    },
  )

  test('beside one that exists changes nothing either', async () => {
    expect(await messageOf(['clear', 'double', 'rihc', '-y'])).toMatchObject({ code: 1 })
    expect(await messageOf(['prune', 'odd', 'rihc'])).toMatchObject({ code: 1 })
    expect(await messageOf(['copy', 'persist', 'target', '-f', 'double', 'rihc'])).toMatchObject({ code: 1 })
    expect(contents(join(cwd, 'persist')).size).toBe(12)
  })

  test('and has no similar name is an error that names persist ls', async () => {
    expect(await messageOf(['ls', 'something'])).toMatchObject({
      stderr: expect.stringMatching(/persist ls lists 4 functions/),
    })
  })

  test('in a store that cannot list its functions is an error, too', async () => {
    const store = ['-c', 'own://persist', '--store', OWN_STORE]
    expect(await messageOf([...store, 'ls', 'duoble'])).toMatchObject({
      stderr: expect.stringMatching(/has no entries in/),
    })
    expect(await persist([...store, 'ls', 'double'], { cwd })).toMatchObject({ code: 0 })
  })

  test('is not one whose entries are all damaged, or all gone', async () => {
    for (const name of readdirSync(join(cwd, 'persist', 'odd'))) spoil(join(cwd, 'persist', 'odd', name))
    expect(await persist(['verify', 'odd'], { cwd })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/0 entries sound, 4 not/),
    })
  })
})

test('a cache in the place of a function is an error that says how to name a cache', async () => {
  const hint = /looks like a cache; name a cache with --cache/
  for (const word of ['file:///nowhere/x', 'mongodb://ann:S3cret@host/db', './persist', join(cwd, 'persist')]) {
    for (const args of [
      ['ls', word],
      ['show', word],
      ['-c', 'nowhere', 'stats', word],
      ['get', word, 'hash'],
    ]) {
      const { code, stderr } = await messageOf(args)
      expect(code).toBe(1)
      expect(stderr).toMatch(hint)
      expect(stderr).not.toContain('S3cret')
    }
  }
})

test.each([
  ['postgres://ann:S3cret@localhost/app', '@keyv/postgres'],
  ['mysql://localhost/app', '@keyv/mysql'],
  ['sqlite://file', '@keyv/sqlite'],
  ['valkey://localhost', '@keyv/valkey'],
])('%s is an error that shows a module for it', async (cache, driver) => {
  const { code, stderr } = await messageOf(['-c', cache, 'ls'])
  expect(code).toBe(2)
  for (const part of [driver, 'keyvStore(new Keyv(', '--store']) expect(stderr).toContain(part)
  expect(stderr).not.toContain('S3cret')
})
