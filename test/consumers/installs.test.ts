import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { packages } from '../../scripts/packages.mjs'
import { pack } from './packed.ts'
import { INSTALLERS, makeProject, type Project } from './project.ts'

const packed = pack()
const projects: Project[] = []
afterEach(() => {
  for (const project of projects.splice(0)) project.remove()
})
afterAll(() => packed.remove())

const CORE = packages.find(({ folder }) => folder === 'core')!
const BELOW = [CORE.name, ...Object.keys(CORE.manifest.dependencies!).filter((name) => name.startsWith('@persist/'))]
const NATIVE = ['mongodb', 'lmdb', 'keyv', '@keyv/redis']

describe.each(INSTALLERS)('installed by %s', (installer) => {
  const project = (packages: string[], others?: Record<string, string>): Project => {
    const made = makeProject(packed, installer, packages, others)
    projects.push(made)
    return made
  }

  test('core and the disk store keep results in a folder, and install no other store', () => {
    const { run, ours, has } = project(['@persist/core', '@persist/store-disk'])
    expect(run('disk.mjs')).toBe('computing\n6 1970-01-01T00:00:00.000Z 1\n')
    expect(run('disk.mjs')).toBe('6 1970-01-01T00:00:00.000Z 1\n')
    expect(ours()).toEqual([...BELOW, '@persist/store-disk'].sort())
    expect(NATIVE.filter(has)).toEqual([])
    // A program that uses another store does not load the disk store.
    expect(run('missing.mjs', 'mongodb://localhost')).toContain('ERR_PERSIST_STORE_NOT_INSTALLED')
  })

  test('core and the MongoDB store load, and return the value if the server is down', () => {
    const { run, ours, has } = project(['@persist/core', '@persist/store-mongo'])
    expect(run('mongo.mjs')).toBe('6 9\n')
    expect(ours()).toEqual([...BELOW, '@persist/store-mongo'].sort())
    expect(NATIVE.filter(has)).toEqual(['mongodb'])
  })

  test('core and the LMDB store work without a compiler, and core and the Keyv store with the Keyv of the user', () => {
    const lmdb = project(['@persist/core', '@persist/store-lmdb'])
    expect(lmdb.run('lmdb.mjs')).toBe('6 0\n')
    expect(lmdb.run('lmdb.mjs')).toBe('6 1\n')
    expect(lmdb.ours()).toEqual([...BELOW, '@persist/store-lmdb'].sort())
    expect(NATIVE.filter(lmdb.has)).toEqual(['lmdb'])
    const keyv = project(['@persist/core', '@persist/store-keyv'], { keyv: '^5.6.0', '@keyv/redis': '^5.1.6' })
    expect(keyv.run('keyv.mjs')).toBe('6 6 1 9\n')
    expect(keyv.ours()).toEqual([...BELOW, '@persist/store-keyv'].sort())
    expect(NATIVE.filter(keyv.has)).toEqual(['keyv', '@keyv/redis'])
  })

  test("core alone accepts a user's store, and names the command that adds another", () => {
    const { run, ours, has } = project(['@persist/core'])
    expect(run('custom.mjs')).toBe('6 6 1 [["mine://here",{"size":1}]]\n')
    expect(ours()).toEqual(BELOW)
    expect(NATIVE.filter(has)).toEqual([])
    const command = installer === 'npm' ? 'npm install' : 'pnpm add'
    expect(run('missing.mjs', './cache')).toContain(`Run: ${command} @persist/store-disk\n`)
    expect(run('missing.mjs', 'lmdb://cache')).toContain(`Run: ${command} @persist/store-lmdb\n`)
    expect(run('missing.mjs', 'memory://x')).toBe('nothing\n')
  })
})

test('two copies of all packages in one process share their schemes, their folders and concurrent calls', () => {
  const project = makeProject(packed, 'npm', ['@persist/core', '@persist/store-disk'])
  projects.push(project)
  const second = join(project.folder, 'second')
  mkdirSync(second)
  cpSync(join(project.folder, 'node_modules'), join(second, 'node_modules'), { recursive: true })
  writeFileSync(
    join(second, 'index.mjs'),
    "export * from '@persist/core'\nexport { diskStore } from '@persist/store-disk'\n",
  )
  expect(project.run('two-copies.mjs')).toBe(
    'true\n6 6 1\n8 8 2\n10 3\n[ 12, 12 ] 4\nERR_PERSIST_DUPLICATE_NAMESPACE\nERR_PERSIST_UNKNOWN_STORE true\n',
  )
  rmSync(second, { recursive: true })
})
