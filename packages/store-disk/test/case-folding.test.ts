import { execFileSync } from 'node:child_process'
import fs, { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'
import { mounted } from './support/mounted.ts'

/** Folds the case of what lies under a folder, as macOS and Windows do. */
function folding(dir: string): FileSystem {
  const fold = (path: unknown) => {
    if (typeof path !== 'string' || !path.startsWith(dir)) return path
    const parts = path.slice(dir.length).split('/')
    let at = dir
    for (const part of parts.slice(1)) {
      const there = fs.existsSync(at) && fs.statSync(at).isDirectory() ? fs.readdirSync(at) : []
      at = join(at, there.find((name) => name.toLowerCase() === part.toLowerCase()) ?? part)
    }
    return path.endsWith('/') ? `${at}/` : at
  }
  const folded = Object.entries(fs)
    .filter(([name, call]) => typeof call === 'function' && name.endsWith('Sync'))
    .map(([name, call]) => [
      name,
      (...args: unknown[]) =>
        (call as (...args: unknown[]) => unknown)(
          fold(args[0]),
          name === 'renameSync' || name === 'linkSync' ? fold(args[1]) : args[1],
          ...args.slice(2),
        ),
    ])
  return { ...fs, ...Object.fromEntries(folded) }
}

function keepsApart(dir: string, fileSystem: FileSystem = fs): void {
  const open = (namespace: string) => diskStore(dir, { fileSystem }).open(namespace)
  for (const name of ['power', 'Power', 'POWER']) open(name).set(plain('a-hash', name))
  for (const name of ['power', 'Power', 'POWER']) {
    expect(open(name).get('a-hash')?.payload).toBe(name)
    expect([...open(name).heads()]).toHaveLength(1)
  }
  expect(open('Power').clear()).toBe(1)
  expect(open('power').get('a-hash')?.payload).toBe('power')
  const store = open('f')
  store.set(plain('Readable', 'upper'))
  expect(store.get('readable')).toBeUndefined()
  expect([...store.heads()].map(({ hash }) => hash)).toEqual(['Readable'])
  store.set(plain('readable', 'lower'))
  expect(store.get('readable')?.payload).toBe('lower')
  expect(store.get('Readable')?.payload).toBe('upper')
  expect([...store.heads()].map(({ hash }) => hash).sort()).toEqual(['Readable', 'readable'])
  expect(store.delete('Readable')).toBe(true)
  expect(store.get('Readable')).toBeUndefined()
  expect(store.get('readable')?.payload).toBe('lower')
}

describe('names and hashes that differ only in case are different', () => {
  test('on a file system that distinguishes case', () => keepsApart(newFolder()))

  test('on a file system that folds case, played', () => {
    const dir = newFolder()
    keepsApart(dir, folding(dir))
  })

  test('on FAT', (context) => {
    const image = join(newFolder(), 'image')
    execFileSync('truncate', ['-s', '8M', image])
    try {
      execFileSync('mkfs.vfat', [image], { stdio: 'pipe' })
    } catch (error) {
      console.warn(`SKIPPED "${context.task.name}": no mkfs.vfat here: ${error}`)
      context.skip('no mkfs.vfat here')
    }
    keepsApart(mounted(context, '-o', 'loop', image))
  })

  test('on ext4 that folds case', (context) => {
    const image = join(newFolder(), 'image')
    execFileSync('truncate', ['-s', '16M', image])
    try {
      execFileSync('mkfs.ext4', ['-q', '-O', 'casefold', image], { stdio: 'pipe' })
    } catch (error) {
      console.warn(`SKIPPED "${context.task.name}": no mkfs.ext4 with casefold here: ${error}`)
      context.skip('no mkfs.ext4 with casefold here')
    }
    const disk = mounted(context, '-o', 'loop', image)
    const dir = join(disk, 'cache')
    mkdirSync(dir)
    execFileSync('chattr', ['+F', dir])
    keepsApart(dir)
    expect(readdirSync(dir)).toContain('power')
  })
})
