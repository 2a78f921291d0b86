import { expect, it } from 'vitest'
import { CodeReader } from '../src/code-reader.ts'
import { NO_MANIFESTS } from '../src/manifest/manifest-folder.ts'
import { FakeFiles, FakeManifests } from './support/fake-files.ts'

const ROOTS = 20
const LONG_MS = 60_000
const pathOf = (index: number) => `/p/m${index}.mjs`
const scopeOf = (index: number) => ({
  roots: [pathOf(index)] as [string],
  of: [],
  also: [],
  packages: 'version' as const,
  settings: { conditions: [], tsconfig: undefined, tsNode: undefined },
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
