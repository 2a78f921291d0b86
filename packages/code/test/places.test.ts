import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { code, env, packages, runtime, value } from '@persist/code'
import * as core from '@persist/core'
import { buildSync } from 'esbuild'
import { describe, expect, it, vi } from 'vitest'
import { EXPORTS } from '../src/slice/stubs.ts'
import { Project } from './support/project.ts'

const OURS = fileURLToPath(new URL('../node_modules/@persist', import.meta.url))
const SELF = fileURLToPath(new URL('..', import.meta.url))

/** A program that can import the packages of this project, and esbuild. */
function program(files: Record<string, string>): Project {
  const project = new Project({ 'package.json': '{"name":"program","type":"module"}', ...files })
  mkdirSync(project.path('node_modules/@persist'), { recursive: true })
  symlinkSync(`${OURS}/core`, project.path('node_modules/@persist/core'), 'junction')
  symlinkSync(SELF, project.path('node_modules/@persist/code'), 'junction')
  return project
}

const PRINT = 'console.log(JSON.stringify(code(import.meta).read().parts.map(({ name }) => name)))'
const run = (file: string, ...flags: string[]): string[] =>
  JSON.parse(execFileSync(process.execPath, [...flags, file], { encoding: 'utf8' }))

describe('code takes', () => {
  it.each([
    ['a path', (path: string) => path],
    ['a URL', (path: string) => pathToFileURL(path)],
    ['the string of a URL, with a query', (path: string) => `${pathToFileURL(path)}?v=2`],
    ['import.meta', (path: string) => ({ url: pathToFileURL(path).href })],
  ])('%s', (_, place) => {
    const project = program({ 'a b.js': "import './c.js'", 'c.js': '' })
    const names = code(place(project.path('a b.js')), { manifest: false })
      .read()
      .parts.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['./a b.js', './c.js']))
  })

  it('import.meta in a program, and __filename in one of CommonJS', () => {
    const project = program({
      'main.js': `import { code } from '@persist/code'\nimport './a.js'\n${PRINT}`,
      'main.cjs': `const { code } = require('@persist/code')\nrequire('./a.js')\n${PRINT.replace('import.meta', '__filename')}`,
      'a.js': '',
    })
    expect(run(project.path('main.js'))).toEqual(['./a.js', './main.js', 'imports'])
    expect(run(project.path('main.cjs'))).toEqual(['./a.js', './main.cjs', 'imports'])
  })

  it('in a bundle, the bundle, also if the bundler keeps the place of the source', () => {
    const project = program({
      'src/main.js': `import { code } from '@persist/code'\nimport './a.js'\n${PRINT}`,
      'src/a.js': 'globalThis.a = 1',
    })
    const bundle = (define: Record<string, string>) => {
      const outfile = project.path('dist/bundle.js')
      buildSync({
        entryPoints: [project.path('src/main.js')],
        outfile,
        bundle: true,
        format: 'esm',
        platform: 'node',
        external: ['@persist/*'],
        define,
      })
      return run(outfile)
    }
    expect(bundle({})).toEqual(['./dist/bundle.js', 'imports'])
    // As webpack does.
    const source = JSON.stringify({ url: pathToFileURL(project.path('src/main.js')).href })
    expect(bundle({ 'import.meta': source })).toEqual(['./dist/bundle.js', './src/a.js', './src/main.js', 'imports'])
  })

  it.each<[string, unknown]>([
    ['a module of a string', { url: 'data:text/javascript,1' }],
    ['a module of a dev server', 'webpack-internal:///./src/a.js'],
    ['a module of an executable of Bun', 'file:///$bunfs/root/a.js'],
    ['a file that is not there', '/nowhere/a.js'],
    ['the executable itself', process.execPath],
  ])('%s only with advice', (_, place) => {
    expect(() => code(place as string)).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_OPTION', message: expect.stringMatching(/value\(\{ build \}\)/) }),
    )
  })

  it('not the import.meta of a bundle of CommonJS, which is empty', () => {
    expect(() => code({})).toThrow(
      /such as __filename; import\.meta is empty in a bundle of CommonJS, and Rspack, Nuxt and Next/,
    )
  })

  it.each<[unknown, object?]>([[undefined], [{}], [3], ['a.js', { off: 'run' }], ['a.js', { packages: 'all' }]])(
    'not %o %o',
    (place, options) => {
      expect(() => code(place as string, options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }),
      )
    },
  )
})

describe('of', () => {
  it('names exports, of a file that esbuild can bundle', () => {
    const project = new Project({ 'a.ts': 'export const a = 1; export type T = 1', 'b.ts': 'export const b = = 1' })
    expect(() => project.read('a.ts', { of: ['a', 'c'] })).toThrow(/No matching export .* "c"/)
    expect(() => project.read('b.ts', { of: 'b' })).toThrow(/cannot bundle b/)
    expect(project.names('a.ts', { of: 'a' })).toEqual(['./a.ts', './a.ts: a', 'imports'])
  })

  it('leaves out other persisted functions of the file', () => {
    const text = (other: string) =>
      `import { persist } from '@persist/core'\nimport { code } from '@persist/code'\nexport const run = (x) => x\n` +
      `export const one = persist(run, { dependsOn: [code(import.meta, { of: 'run' })] })\n` +
      `export const two = persist((x) => ${other}, {})\n`
    const project = new Project({ 'a.js': text('1') })
    const before = project.read('a.js', { of: 'run' }).digest
    project.write({ 'a.js': text('2') })
    expect(project.read('a.js', { of: 'run' }).digest).toBe(before)
  })

  it.each([
    ['that it calls', "import { persist } from '@persist/core'\n", 'persist'],
    ['by the name of the module', "import * as all from '@persist/core'\n", 'all.persist'],
  ])('covers a persisted function %s', (_, head, persist) => {
    const text = (used: string, other: string) =>
      `${head}const inner = ${persist}((x) => x + ${used}, { funcname: 'inner' })\n` +
      `export const run = (x) => inner(x)\n` +
      `export const outer = ${persist}((x) => run(x) + ${used}, { funcname: 'outer' })\n` +
      `const unused = ${persist}((x) => x + ${other}, { funcname: 'unused' })\n` +
      `const last = ${persist}((x) => x + ${used}, { funcname: 'last' })\nexport const end = (x) => last(x)\n`
    const project = new Project({ 'a.js': '' })
    const digest = (of: string, used: string, other = '0') => {
      project.write({ 'a.js': text(used, other) })
      return project.read('a.js', { of }).digest
    }
    for (const of of ['run', 'outer', 'end']) {
      expect(digest(of, '2')).not.toBe(digest(of, '1'))
      expect(digest(of, '1', '2')).toBe(digest(of, '1', '1'))
    }
  })

  it('leaves a module of codecs to its program', () => {
    const project = new Project({
      'a.js':
        "import { createEntryReader } from '@persist/core/codecs'\nexport const run = () => createEntryReader({})",
    })
    expect(project.names('a.js', { of: 'run' })).toEqual(['./a.js', './a.js: run', 'imports'])
  })

  it('is the same whether the file has other persisted functions or none', () => {
    const text = (other: string) =>
      `import { persist } from '@persist/core'\nconst a = 1\n${other}const b = 2\nexport const run = () => Math.max(a, b, q)\nlet q = 3\n`
    const project = new Project({ 'a.js': text('') })
    const before = project.read('a.js', { of: 'run' }).digest
    project.write({ 'a.js': text('export const one = persist(() => 1, {})\n') })
    expect(project.read('a.js', { of: 'run' }).digest).toBe(before)
  })

  it('knows what both packages export', async () => {
    const ours = { '@persist/core': core, '@persist/code': await import('@persist/code') }
    const values = Object.entries(ours).map(([name, all]) => [name, Object.keys(all).sort()])
    expect(Object.fromEntries(values)).toEqual(EXPORTS)
  })
})

describe('the packages of this project', () => {
  const files = {
    'main.js': `
      import { persist } from '@persist/core'
      import { file } from '@persist/inputs'
      import { named } from '@persist/key'
      import { pickle } from '@persist/pickle/v8'
      import { diskStore } from '@persist/store-disk'
      import { solve } from 'solver'
      export const run = () => [persist, file, named, pickle, diskStore, solve]`,
    ...Object.fromEntries(
      ['core', 'errors', 'inputs', 'key', 'pickle', 'store-disk'].flatMap((name) => {
        const manifest = { name: `@persist/${name}`, version: '1.0.0', dependencies: { '@persist/errors': '^1.0.0' } }
        return [
          [`node_modules/@persist/${name}/package.json`, JSON.stringify(manifest)],
          [`node_modules/@persist/${name}/index.js`, `export const ${name.replace('-', '')} = '1.0.0'`],
        ]
      }),
    ),
    'node_modules/solver/package.json': '{"name":"solver","version":"2.0.0","dependencies":{"@persist/core":"^1.0.0"}}',
    'node_modules/solver/index.js': 'export const solve = 1',
  }

  it('do not count, whether the program or another package imports them: an update of them keeps all results', () => {
    expect(new Project(files).names('main.js')).toEqual(['./main.js', 'imports', 'solver@2.0.0'])
  })

  it('do not count with `of` either', () => {
    const names = new Project(files).names('main.js', { of: 'run' })
    expect(names).toEqual(['./main.js', './main.js: run', 'imports', 'solver@2.0.0'])
  })
})

describe('every function that makes a dependency', () => {
  it.each(Object.entries({ code, env, packages, runtime, value }))(
    '%s, is refused in dependsOn if it is not called: its own source would never change',
    (name, fn) => {
      expect(() => core.persist((x: number) => x, { funcname: name, dependsOn: [fn] })).toThrow(
        expect.objectContaining({
          code: 'ERR_PERSIST_OPTION',
          message: expect.stringContaining(`as in dependsOn: [${name}(`),
        }),
      )
    },
  )
})

describe('the other dependencies', () => {
  it('env: an unset variable differs from an empty one, and names count', () => {
    const digest = () => env('PERSIST_TEST_A', 'PERSIST_TEST_B').read().digest
    const digests = [undefined, '', 'x'].map((value) => {
      vi.stubEnv('PERSIST_TEST_A', value)
      return digest()
    })
    vi.stubEnv('PERSIST_TEST_A', undefined)
    vi.stubEnv('PERSIST_TEST_B', 'x')
    digests.push(digest())
    vi.unstubAllEnvs()
    expect(new Set(digests).size).toBe(4)
  })

  it('runtime: its facts, and no unknown ones', () => {
    expect(runtime().read().parts).toMatchObject([{ name: `node@${process.versions.node}` }])
    expect(
      runtime('arch', 'major')
        .read()
        .parts.map(({ name }) => name),
    ).toEqual([`arch ${process.arch}`, `node@${process.versions.node.split('.')[0]}`])
    expect(() => runtime('color' as never)).toThrow(/timezone/)
  })

  it('value: the content at the time of the call', () => {
    const list = [1, 2]
    const before = value({ list })
    list.push(3)
    expect(before.read()).toEqual(value({ list: [1, 2] }).read())
    expect(before.read().digest).not.toBe(value({ list }).read().digest)
    expect(() => value({ fn: () => 1 })).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
  })

  it('packages: those of the file that calls it, with what they need', () => {
    const names = packages('picomatch', '@persist/errors')
      .read()
      .parts.map(({ name }) => name)
    expect(names).toEqual(['@persist/errors@0.0.0', 'imports', expect.stringMatching(/^picomatch@4/)])
    expect(() => packages('no-such-package').read()).toThrow(/not installed/)
  })

  it('packages: a linked one by content, without hidden files, such as logs of builds', () => {
    const project = new Project({ 'src/main.ts': '', 'shared/package.json': '{"name":"shared","version":"1.0.0"}' })
    mkdirSync(project.path('node_modules'))
    symlinkSync(project.path('shared'), project.path('node_modules/shared'), 'junction')
    const source = `return packages('shared').read().digest\n//# sourceURL=${project.path('src/main.ts')}`
    const read = () => new Function('packages', source)(packages) as string
    const before = read()
    project.write({ 'shared/.turbo/turbo-build.log': '1', 'shared/node_modules/x/package.json': '{"name":"x"}' })
    expect(read()).toBe(before)
    project.write({ 'shared/index.js': '1' })
    expect(read()).not.toBe(before)
  })

  it('packages: those of the source that Vite evaluates, not of Vite', () => {
    const lib = (version: string) => JSON.stringify({ name: 'picomatch', version })
    const project = new Project({ 'src/main.ts': '', 'node_modules/picomatch/package.json': lib('9.0.0') })
    const source = `return packages('picomatch').read().parts\n//# sourceURL=${project.path('src/main.ts')}`
    const parts = new Function('packages', source)(packages)
    expect(parts).toMatchObject([{ name: 'imports' }, { name: 'picomatch@9.0.0' }])
  })
})
