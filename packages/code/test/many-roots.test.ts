import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, it, vi } from 'vitest'
import { CodeReader } from '../src/code-reader.ts'
import { realFileSystem } from '../src/files/file-system.ts'
import { Memo } from '../src/files/memo.ts'
import { Observer } from '../src/files/observer.ts'
import { NO_MANIFESTS } from '../src/manifest/manifest-folder.ts'
import { FakeFiles, FakeManifests } from './support/fake-files.ts'

const ROOTS = 20
const LONG_MS = 60_000
const pathOf = (index: number) => `/p/m${index}.mjs`
const scopeOf = (index: number) => scopeAt(pathOf(index))
const scopeAt = (path: string) => ({
  roots: [path] as [string],
  of: [],
  also: [],
  packages: 'version' as const,
  settings: { conditions: [], tsconfig: undefined, tsNode: undefined, nodePath: [] },
})

/** A program whose modules import each other, and a package. */
function program(): FakeFiles {
  const files = new FakeFiles()
  files.write('/p/package.json', '{"name":"p"}')
  files.write('/p/node_modules/dep/package.json', '{"name":"dep","version":"1.0.0"}')
  for (let index = 0; index < ROOTS; index++) {
    const others = [1, 7].map((step) => `import './m${(index + step) % ROOTS}.mjs'\n`).join('')
    files.write(pathOf(index), `${others}import 'dep'\n`)
  }
  files.advance(LONG_MS)
  return files
}

/** How often each path is asked for by a method of the file system. */
function countsOf(files: FakeFiles, method: 'stat' | 'read'): Map<string, number> {
  const counts = new Map<string, number>()
  const real = files[method].bind(files) as (path: string) => never
  files[method] = (path: string) => {
    counts.set(path, (counts.get(path) ?? 0) + 1)
    return real(path)
  }
  return counts
}

const readAll = (reader: CodeReader) => Array.from({ length: ROOTS }, (_, index) => reader.read(scopeOf(index)))

it('many modules of one program read each file once, and look at each path once per module', () => {
  const files = program()
  const [reads, stats] = [countsOf(files, 'read'), countsOf(files, 'stat')]
  readAll(new CodeReader(files, () => NO_MANIFESTS))
  expect([reads.size, Math.max(...reads.values())]).toEqual([ROOTS + 2, 1])
  // Once more where it was new.
  expect(Math.max(...stats.values())).toBe(ROOTS + 1)
})

it('many modules of one program find what each of them finds alone, also after an edit', () => {
  const files = program()
  const manifests = new FakeManifests()
  const shared = new CodeReader(files, () => manifests)
  const alone = () =>
    Array.from({ length: ROOTS }, (_, index) => new CodeReader(files, () => NO_MANIFESTS).read(scopeOf(index)))
  expect(readAll(shared)).toEqual(alone())
  files.write(pathOf(3), "import './m4.mjs'\n")
  expect(readAll(shared)).toEqual(alone())
  files.advance(LONG_MS)
  files.write('/p/package.json', '{"name":"p","type":"module"}')
  expect(readAll(shared)).toEqual(alone())
  expect(readAll(new CodeReader(files, () => manifests))).toEqual(alone())
})

it('many modules of one program keep the record of each file in one manifest, also after an edit', () => {
  const files = program()
  const manifests = new FakeManifests()
  const kept = () =>
    [...manifests.texts.values()].flatMap((text) => {
      const records = text.split('\n')[2]!
      return (JSON.parse(records.slice(records.indexOf(' ') + 1)) as [path: string][]).map(([path]) => path)
    })
  readAll(new CodeReader(files, () => manifests))
  expect(kept().sort()).toEqual(Array.from({ length: ROOTS }, (_, index) => pathOf(index)).sort())
  files.write(pathOf(3), "import './m4.mjs'\n")
  const reads = countsOf(files, 'read')
  readAll(new CodeReader(files, () => manifests))
  // The one that has just changed is not trusted by its stamp.
  expect([...reads].filter(([path, count]) => count > 1 || path.endsWith('.mjs'))).toEqual([[pathOf(3), ROOTS]])
  expect(kept().sort()).toEqual(Array.from({ length: ROOTS }, (_, index) => pathOf(index)).sort())
})

/** A real folder with these files. */
function folderWith(texts: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'persist-code-')))
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** A minute later, all times may be trusted. */
const later = { ...realFileSystem, now: () => Date.now() + LONG_MS }

afterEach(() => vi.unstubAllGlobals())

it('a module does not take over where imports led before a folder was moved, with a link to it left in its place', () => {
  const x = "import './lib/x.mjs'\n"
  const folder = folderWith({
    'package.json': '{"name":"p"}',
    ...{ 'a.mjs': x, 'b.mjs': x, 'lib/x.mjs': "import '../y.mjs'\n", 'y.mjs': '', 'deep/y.mjs': '' },
  })
  const shared = new CodeReader(later, () => NO_MANIFESTS)
  shared.read(scopeAt(join(folder, 'a.mjs')))
  renameSync(join(folder, 'lib'), join(folder, 'deep/lib'))
  symlinkSync('deep/lib', join(folder, 'lib'))
  const scope = scopeAt(join(folder, 'b.mjs'))
  expect(shared.read(scope)).toEqual(new CodeReader(later, () => NO_MANIFESTS).read(scope))
  rmSync(folder, { recursive: true })
})

it("a module asks Deno's loader again for a package that another module did not find", () => {
  vi.stubGlobal('Deno', {})
  const folder = folderWith({ 'p/package.json': '{"name":"p"}', 'p/x.mjs': "import 'lazy'\n" })
  for (const name of ['a', 'b']) writeFileSync(join(folder, 'p', `${name}.mjs`), "import './x.mjs'\n")
  const shared = new CodeReader(later, () => NO_MANIFESTS)
  shared.read(scopeAt(join(folder, 'p/a.mjs')))
  mkdirSync(join(folder, 'cache/lazy'), { recursive: true })
  writeFileSync(join(folder, 'cache/lazy/package.json'), '{"name":"lazy","version":"1.0.0"}')
  writeFileSync(join(folder, 'cache/lazy/index.js'), '')
  const { _initPaths: readNodePath } = nodeModule as unknown as { _initPaths(): void }
  vi.stubEnv('NODE_PATH', join(folder, 'cache'))
  readNodePath()
  const { parts } = shared.read(scopeAt(join(folder, 'p/b.mjs')))
  vi.unstubAllEnvs()
  readNodePath()
  expect(parts.map(({ name }) => name)).toContain('lazy/index.js')
  rmSync(folder, { recursive: true })
})

it("a new process asks Deno's loader again for a package that an earlier one found, which a lock file may have replaced", () => {
  vi.stubGlobal('Deno', {})
  const folder = folderWith({ 'p/package.json': '{"name":"p"}', 'p/a.mjs': "import 'lazy'\n" })
  for (const version of ['1', '2']) {
    mkdirSync(join(folder, version, 'lazy'), { recursive: true })
    writeFileSync(join(folder, version, 'lazy/package.json'), `{"name":"lazy","version":"${version}.0.0"}`)
    writeFileSync(join(folder, version, 'lazy/index.js'), `exports.version = ${version}\n`)
  }
  const { _initPaths: readNodePath } = nodeModule as unknown as { _initPaths(): void }
  const manifests = new FakeManifests()
  const readWith = (version: string, known = manifests) => {
    vi.stubEnv('NODE_PATH', join(folder, version))
    readNodePath()
    return new CodeReader(later, () => known).read(scopeAt(join(folder, 'p/a.mjs')))
  }
  readWith('1')
  const [second, alone] = [readWith('2'), readWith('2', new FakeManifests())]
  vi.unstubAllEnvs()
  readNodePath()
  expect(second).toEqual(alone)
  rmSync(folder, { recursive: true })
})

it('what is right for one search only is not kept in memory after it', () => {
  const files = new FakeFiles()
  const observer = new Observer(files)
  const memo = new Memo<object, object>(observer)
  const made = (path: string) => {
    const value = {}
    memo.get(value, () => {
      observer.isFile(path)
      return value
    })
    return new WeakRef(value)
  }
  files.write('/old', '')
  files.advance(LONG_MS)
  files.write('/new', '')
  observer.start()
  const [old, recent] = [made('/old'), made('/new')]
  observer.start()
  memo.get({}, () => ({}))
  setFlagsFromString('--expose-gc')
  return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
    runInNewContext('gc')()
    expect([old.deref() === undefined, recent.deref() === undefined]).toEqual([false, true])
  })
})
