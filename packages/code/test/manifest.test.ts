import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodeReader } from '../src/code-reader.ts'
import { realFileSystem } from '../src/files/file-system.ts'
import { manifestFolderFor, NO_MANIFESTS } from '../src/manifest/manifest-folder.ts'
import { FakeFiles, FakeManifests } from './support/fake-files.ts'

const SCOPE = {
  roots: ['/p/main.ts'] as [string],
  of: [],
  also: [],
  packages: 'version' as const,
  settings: { conditions: [], tsconfig: undefined, tsNode: undefined, nodePath: [] },
}
const LONG_MS = 60_000

function program(): { files: FakeFiles; manifests: FakeManifests } {
  const files = new FakeFiles()
  files.write('/p/package.json', '{"name":"p"}')
  files.write('/p/main.ts', "import './a.ts'\nimport './b'\nimport 'dep'\n")
  files.write('/p/a.ts', 'export const a = 1\n')
  files.write('/p/b.ts', 'export const b = 1\n')
  files.write('/p/node_modules/dep/package.json', '{"name":"dep","version":"1.0.0"}')
  files.advance(LONG_MS)
  return { files, manifests: new FakeManifests() }
}

/** What a new process finds. */
const inNewProcess = ({ files, manifests }: ReturnType<typeof program>) =>
  new CodeReader(files, () => manifests).read(SCOPE)
/** What a process without any help finds. */
const withoutHelp = (files: FakeFiles) => new CodeReader(files, () => NO_MANIFESTS).read(SCOPE)

describe('a manifest', () => {
  it('saves the next process all reading, as long as nothing has changed', () => {
    const one = program()
    const first = inNewProcess(one)
    one.files.reads = 0
    expect(inNewProcess(one)).toEqual(first)
    expect(one.files.reads).toBe(0)
  })

  it('is no help for the files of an image, since those of another image at its place may have the same times', () => {
    const one = program()
    one.files.mount('/p/a.ts', 'export const a = 1\n')
    const first = inNewProcess(one)
    expect(inNewProcess(one)).toEqual(first)
    one.files.mount('/p/a.ts', 'export const a = 2\n')
    expect(inNewProcess(one)).not.toEqual(first)
    expect(inNewProcess(one)).toEqual(withoutHelp(one.files))
  })

  it('has the format that docs/formats.md names', () => {
    const one = program()
    inNewProcess(one)
    const [text] = one.manifests.texts.values()
    const documented = /^\| manifest of code +\| (\d+) +\|/m.exec(
      readFileSync(join(import.meta.dirname, '../../../docs/formats.md'), 'utf8'),
    )?.[1]
    expect(text!.split(' ')[0]).toBe(documented)
  })

  it('is made of files of any size, of which the large ones are not read as a whole', () => {
    const one = program()
    const read = one.files.read.bind(one.files)
    one.files.write('/p/main.ts', "new URL('./weights.bin', import.meta.url)\nimport './table.json'\n")
    one.files.write('/p/weights.bin', 'large')
    one.files.write('/p/table.json', '[]')
    one.files.setSize('/p/table.json', 2 ** 32)
    one.files.advance(LONG_MS)
    one.files.read = (path) => {
      if (/weights|table/.test(path)) throw Object.assign(new Error(path), { code: 'ERR_FS_FILE_TOO_LARGE' })
      return read(path)
    }
    const digests: string[] = []
    one.files.digest = (path) => `${digests.push(path)}`
    inNewProcess(one)
    inNewProcess(one)
    expect(digests.sort()).toEqual(['/p/table.json', '/p/weights.bin'])
  })

  it('is not made of a file that cannot be read, which is an error that names it', () => {
    const one = program()
    const failure = Object.assign(new Error("EACCES: permission denied, open '/p/a.ts'"), { code: 'EACCES' })
    one.files.beforeRead = (path) => {
      if (path === '/p/a.ts') throw failure
    }
    expect(() => inNewProcess(one)).toThrow(
      expect.objectContaining({
        code: 'ERR_PERSIST_OPTION',
        message: expect.stringContaining('/p/a.ts'),
        cause: failure,
      }),
    )
  })

  it('saves reading the files that have not changed', () => {
    const one = program()
    inNewProcess(one)
    one.files.write('/p/a.ts', 'export const a = 2\n')
    one.files.advance(LONG_MS)
    const before = one.files.reads
    expect(inNewProcess(one)).toEqual(withoutHelp(one.files))
    const all = one.files.reads
    one.files.reads = 0
    withoutHelp(one.files)
    expect(all - before - one.files.reads).toBeLessThan(one.files.reads)
  })

  it('is not trusted for a file that changed within one tick of the clock after it was read', () => {
    const one = program()
    one.files.write('/p/a.ts', 'export const a = 2\n')
    inNewProcess(one)
    one.files.write('/p/a.ts', 'export const a = 3\n')
    one.files.advance(LONG_MS)
    expect(inNewProcess(one)).toEqual(withoutHelp(one.files))
  })

  it('sees a file whose time was set back', () => {
    const one = program()
    inNewProcess(one)
    const before = one.files.timeOf('/p/a.ts')!
    one.files.write('/p/a.ts', 'export const a = 2\n')
    one.files.setTime('/p/a.ts', before)
    one.files.advance(LONG_MS)
    expect(inNewProcess(one)).toEqual(withoutHelp(one.files))
  })

  it('gives the same digest after a reinstallation with new times, and after a checkout', () => {
    const one = program()
    const before = inNewProcess(one)
    for (const path of ['/p/a.ts', '/p/node_modules/dep/package.json']) {
      const text = Buffer.from(one.files.read(path)).toString()
      one.files.remove(path)
      one.files.advance(LONG_MS)
      one.files.write(path, text)
    }
    expect(inNewProcess(one)).toEqual(before)
  })

  it('sees a link that leads to another name of the same file, whose neighbors differ', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'persist-links-')))
    for (const version of ['one', 'two']) {
      mkdirSync(join(folder, version))
      writeFileSync(join(folder, version, 'b.js'), version)
    }
    writeFileSync(join(folder, 'main.js'), "import './now/a.js'")
    writeFileSync(join(folder, 'one/a.js'), "import './b.js'")
    linkSync(join(folder, 'one/a.js'), join(folder, 'two/a.js'))
    symlinkSync('one', join(folder, 'now'))
    const manifests = new FakeManifests()
    // A minute later, all times may be trusted.
    const later = { ...realFileSystem, now: () => Date.now() + LONG_MS }
    const scope = { ...SCOPE, roots: [join(folder, 'main.js')] as [string] }
    const read = () => new CodeReader(later, () => manifests).read(scope)
    const before = read()
    expect([...manifests.texts.values()][0]).toContain('"observations":[[')
    rmSync(join(folder, 'now'))
    symlinkSync('two', join(folder, 'now'))
    expect(read()).not.toEqual(before)
    rmSync(folder, { recursive: true })
  })

  it('sees a folder that was moved, with a link to it left in its place: all files are the same, but not those beside it', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'persist-code-')))
    for (const name of ['lib', 'deep']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'package.json'), '{"name":"p"}')
    writeFileSync(join(folder, 'main.mjs'), "import './lib/x.mjs'")
    writeFileSync(join(folder, 'lib/x.mjs'), "import '../y.mjs'")
    writeFileSync(join(folder, 'y.mjs'), '')
    writeFileSync(join(folder, 'deep/y.mjs'), '')
    const manifests = new FakeManifests()
    const later = { ...realFileSystem, now: () => Date.now() + LONG_MS }
    const scope = { ...SCOPE, roots: [join(folder, 'main.mjs')] as [string] }
    const read = () => new CodeReader(later, () => manifests).read(scope)
    const before = read()
    renameSync(join(folder, 'lib'), join(folder, 'deep/lib'))
    symlinkSync('deep/lib', join(folder, 'lib'))
    expect(read()).toEqual(new CodeReader(later, () => NO_MANIFESTS).read(scope))
    expect(read()).not.toEqual(before)
    rmSync(folder, { recursive: true })
  })

  it('that is damaged anywhere changes nothing', () => {
    const one = program()
    inNewProcess(one)
    // So that what it knows of the other files is used, too.
    one.files.write('/p/b.ts', 'export const b = 2\n')
    one.files.advance(LONG_MS)
    const expected = withoutHelp(one.files)
    const [[name, text]] = [...one.manifests.texts] as [[string, string]]
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('cut', 'flip', 'repeat'), (at, how) => {
        const damaged = {
          cut: text.slice(0, at),
          flip: text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1),
          repeat: text.slice(0, at) + text,
        }[how]
        one.manifests.texts.set(name, damaged)
        expect(inNewProcess(one)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('that cannot be written changes nothing', () => {
    const { files } = program()
    const readOnly = { read: () => undefined, write: () => {} }
    expect(new CodeReader(files, () => readOnly).read(SCOPE)).toEqual(withoutHelp(files))
  })

  it('has no place where a file stands in the way of its folder, and that is no error', () => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-manifest-'))
    mkdirSync(join(folder, 'node_modules'))
    writeFileSync(join(folder, 'node_modules/.cache'), '')
    const manifests = manifestFolderFor(folder)
    manifests.write('a', 'text')
    expect(manifests.read('a')).toBeUndefined()
    rmSync(folder, { recursive: true })
  })

  it('never holds a mixture of two states: a search during an edit starts again', () => {
    const one = program()
    let isDone = false
    one.files.beforeRead = (path) => {
      if (isDone || path !== '/p/a.ts') return
      isDone = true
      one.files.advance(LONG_MS)
      one.files.write('/p/a.ts', 'export const a = 2\n')
      one.files.write('/p/b.ts', 'export const b = 2\n')
    }
    expect(inNewProcess(one)).toEqual(withoutHelp(one.files))
    expect(isDone).toBe(true)
  })
})

it('a file that is removed during the search, before it is read, is no error', () => {
  const { files } = program()
  files.beforeRead = (path) => {
    if (path === '/p/a.ts') files.remove(path)
  }
  const state = new CodeReader(files, () => NO_MANIFESTS).read(SCOPE)
  expect(state.parts.map(({ name }) => name)).toContain('./main.ts: ./a.ts, not found')
})

type Step =
  | { readonly kind: 'write' | 'replace'; readonly file: number; readonly text: number }
  | { readonly kind: 'remove' | 'set back'; readonly file: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'read'; readonly process: number; readonly root: string }

const FILES = ['/p/main.ts', '/p/a.ts', '/p/b.ts', '/p/b.js', '/p/b/index.ts', '/p/c.json', '/p/tsconfig.json']
const TEXTS = [
  "import './a.ts'\nimport './b'\n",
  "import './b'\nimport '~/a'\nimport './c.json'\n",
  "import 'dep' ",
  'export default 1',
  '{"compilerOptions":{"paths":{"~/*":["./*.ts"]}}}',
  '{"compilerOptions":{"paths":{"~/*":["./*.js"]}}}',
]
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('write', 'replace'), file: fc.nat(6), text: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'set back'), file: fc.nat(6) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 7, 12, 2_000, LONG_MS) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      process: fc.nat(2),
      root: fc.constantFrom('/p/main.ts', '/p/a.ts', '/p/b.ts'),
    }),
  },
)

it('with manifests, every process finds after any edits what one without help finds', () => {
  fc.assert(
    fc.property(fc.array(STEP, { minLength: 10, maxLength: 60 }), (steps) => {
      const { files, manifests } = program()
      // The last one is a new process each time, the others go on.
      const readers = [new CodeReader(files, () => manifests), new CodeReader(files, () => manifests)]
      const times = new Map(FILES.map((path) => [path, files.timeOf(path) ?? 0]))
      for (const step of steps) {
        if (step.kind === 'wait') files.advance(step.ms)
        else if (step.kind === 'read') {
          if (files.stat(step.root) === undefined) continue
          const scope = { ...SCOPE, roots: [step.root] as [string] }
          const reader = readers[step.process] ?? new CodeReader(files, () => manifests)
          expect(reader.read(scope)).toEqual(new CodeReader(files, () => NO_MANIFESTS).read(scope))
        } else {
          const path = FILES[step.file]!
          if ('text' in step) files.write(path, TEXTS[step.text]!, { replace: step.kind === 'replace' })
          else if (step.kind === 'remove') files.remove(path)
          else files.setTime(path, times.get(path)!)
        }
      }
    }),
    { numRuns: 300 },
  )
})
