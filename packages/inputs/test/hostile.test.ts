import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist, type Entry, memoryStore } from '@persist/core'
import { existsSync, readFileSync } from '@persist/inputs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Contents } from '../src/files/contents.ts'
import { digestOf } from '../src/files/digest.ts'
import { contentKind } from '../src/kinds/file.ts'
import { presenceDigest, stampKind } from '../src/kinds/presence.ts'
import { treeKind } from '../src/kinds/tree.ts'
import { FakeFiles } from './support/fake-files.ts'
import { project } from './support/project.ts'

const RUNS = process.env.PERSIST_SOAK === '1' ? 100_000 : 3_000

const LEADING_OUT = [
  '../secret',
  'a/../../secret',
  '..',
  '/secret',
  '//secret',
  './../secret',
  'link/secret',
  'link',
  'a\u0000b',
  '',
]

function place() {
  const files = new FakeFiles()
  for (const path of ['/root/a', '/secret', '/secret/secret', '/outside/secret']) files.write(path, 'text')
  files.link('/root/link', '/outside')
  return files
}

test('a path in a trace that leads out of the root is never opened', () => {
  const files = place()
  const contents = new Contents(files)
  for (const kind of [contentKind('file', contents), contentKind('directory', contents), treeKind(files)]) {
    for (const name of LEADING_OUT) {
      expect(kind.isUnchanged(name, digestOf('text'), '-', '/root'), name).toBe(false)
      expect(files.opened).toEqual([])
    }
  }
  const presence = stampKind(files, presenceDigest)
  for (const name of LEADING_OUT.filter((name) => !name.startsWith('link'))) {
    expect(presence.isUnchanged(name, 'present', '-', '/root'), name).toBe(false)
    expect(presence.isUnchanged(name, 'absent', '-', '/root'), name).toBe(false)
  }
})

test('no name at all opens anything outside of the root', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'link', 'secret', 'root', '\u0000', '\\', 'C:')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('/', '\\'), (parts, separator) => {
      const files = place()
      const contents = new Contents(files)
      for (const kind of [contentKind('file', contents), contentKind('directory', contents), treeKind(files)])
        kind.isUnchanged(parts.join(separator), digestOf('text'), '-', '/root')
      for (const path of files.opened) expect(files.realpath(path)).toMatch(/^\/root(\/|$)/)
    }),
    { numRuns: RUNS },
  )
})

/** A function over a store with one entry that any program may have written. */
function withInputs(inputs: readonly string[]) {
  const { root, at, write, persist, options, happened, home } = project({ a: 'text' })
  mkdirSync(join(home, 'outside'))
  writeFileSync(join(home, 'outside', 'secret'), 'text')
  symlinkSync(join(home, 'outside'), at('link'))
  const store = memoryStore(`hostile ${home}`)
  let runs = 0
  const f = persist(
    () => {
      runs++
      return existsSync(at('a')) && readFileSync(at('a'), 'utf8') === 'text'
    },
    { ...options, cache: store, funcname: 'f' },
  )
  f()
  const opened = store.open('f')
  const [entry] = opened.entries() as Iterable<Entry>
  opened.set({ ...entry!, inputs })
  happened()
  return { root, write, f, happened, ran: () => runs - 1 }
}

test('lines that are no inputs, of unknown kinds and of unknown functions are data: the entry is a miss', () => {
  const good = `file ${digestOf('text')} - a`
  expect(withInputs([good]).f()).toBe(true)
  const names = ['["f","h","s"]', '["f"]', 'null', '{', '[1,2,3]', '["__proto__","constructor","toString"]']
  for (const line of [
    '',
    'x',
    'file',
    'file  ',
    `file ${digestOf('text')} - ../outside/secret`,
    `file ${digestOf('text')} - link/secret`,
    `unknown ${digestOf('text')} - a`,
    `__proto__ ${digestOf('text')} - a`,
    'constructor x - a',
    ...names.map((name) => `call x - ${name}`),
    'observed x - constructor',
    'env x - __proto__',
  ]) {
    const { f, happened, ran } = withInputs([good, line])
    expect(f()).toBe(true)
    expect([line, happened()[0], ran()]).toEqual([line, expect.stringMatching(/^miss input /), 1])
  }
})

test('calls that lead back to themselves end', () => {
  const { persist, options } = project()
  const store = memoryStore('hostile ring')
  let runs = 0
  const f = persist((x: number) => x + runs++ * 0, { ...options, cache: store, funcname: 'ring' })
  f(1)
  const opened = store.open('ring')
  const [entry] = opened.entries() as Iterable<Entry>
  const line = `call x - ${JSON.stringify(['ring', entry!.hash, store.name])}`
  opened.set({ ...entry!, inputs: [line, line] })
  expect(f(1)).toBe(1)
  expect(runs).toBe(2)
})

test('any lines leave a result that is right', () => {
  const word = fc.constantFrom(
    'file',
    'env',
    'call',
    'exists',
    'tree',
    'list',
    'cwd',
    'stat',
    '-',
    'a',
    '..',
    '/',
    'PATH',
    '',
  )
  const line = fc.oneof(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
    fc.string(),
  )
  const persist = createPersist({ env: {}, stderr: () => {} })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (inputs) => {
      const store = memoryStore(`hostile ${Math.random()}`)
      const f = persist(() => 1, { cache: store, funcname: 'f', trace: { root: '/nowhere' } })
      f()
      const opened = store.open('f')
      const [entry] = opened.entries() as Iterable<Entry>
      opened.set({ ...entry!, inputs })
      expect(f()).toBe(1)
    }),
    { numRuns: RUNS / 10 },
  )
})
