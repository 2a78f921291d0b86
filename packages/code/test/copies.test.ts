import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { type Files, Project } from './support/project.ts'

const FILES: Files = {
  'package.json': '{"name":"program","type":"module"}',
  'main.mjs': "import { a } from './a/a.mjs'\nimport { b } from './b/b.mjs'\nexport const f = () => a - b\n",
  'a/a.mjs': "export { v as a } from 'x'\n",
  'b/b.mjs': "export { v as b } from 'x'\n",
}

const STORE = 'node_modules/.pnpm'
const [X17, X18] = [`${STORE}/x@1.0.0_react@17.0.0`, `${STORE}/x@1.0.0_react@18.0.0`]

/** Both copies of `x@1.0.0` that pnpm makes for two versions of a peer. */
function withPeers(): Project {
  const project = new Project(FILES)
  const index = "export { v } from 'react'\n"
  for (const [place, version] of [
    [X17, '17.0.0'],
    [X18, '18.0.0'],
  ] as const) {
    const react = `${STORE}/react@${version}/node_modules/react`
    project.write({
      [`${place}/node_modules/x/package.json`]:
        '{"name":"x","version":"1.0.0","type":"module","exports":"./index.js","peerDependencies":{"react":"*"}}',
      [`${place}/node_modules/x/index.js`]: index,
      [`${react}/package.json`]: `{"name":"react","version":"${version}","type":"module","exports":"./index.js"}`,
      [`${react}/index.js`]: `export const v = ${version.slice(0, 2)}\n`,
    })
    link(project, `${place}/node_modules/react`, react)
  }
  return project
}

function link(project: Project, from: string, to: string): void {
  rmSync(project.path(from), { recursive: true, force: true })
  mkdirSync(dirname(project.path(from)), { recursive: true })
  symlinkSync(relative(dirname(project.path(from)), project.path(to)), project.path(from))
}

function findIn(project: Project, a: string, b: string): void {
  link(project, 'a/node_modules/x', `${a}/node_modules/x`)
  link(project, 'b/node_modules/x', `${b}/node_modules/x`)
}

const digests = (project: Project) => [{}, { of: 'f' }].map((options) => project.read('main.mjs', options).digest)

test('which file finds which copy of one version of a package counts', () => {
  const project = withPeers()
  findIn(project, X17, X18)
  const before = digests(project)
  findIn(project, X18, X17)
  const after = digests(project)
  expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, false])
  findIn(project, X17, X18)
  expect(digests(project)).toEqual(before)
})

test('which of two copies a package needs counts', () => {
  const project = withPeers()
  const needs = (name: string) => `{"name":"${name}","version":"1.0.0","dependencies":{"x":"1"}}`
  for (const name of ['a', 'b']) {
    project.write({
      [`${name}/${name}.mjs`]: `export { v as ${name} } from '${name}'\n`,
      [`node_modules/${name}/package.json`]: needs(name),
      [`node_modules/${name}/index.js`]: "export { v } from 'x'\n",
    })
  }
  const find = (a: string, b: string) => {
    link(project, 'node_modules/a/node_modules/x', `${a}/node_modules/x`)
    link(project, 'node_modules/b/node_modules/x', `${b}/node_modules/x`)
  }
  find(X17, X18)
  const before = digests(project)
  find(X18, X17)
  const after = digests(project)
  expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, false])
})

test('which of two copies with other contents counts, where no registry has them', () => {
  const own = (value: number): Files => ({
    'package.json': '{"name":"x","version":"1.0.0","private":true,"exports":"./index.js"}',
    'index.js': `export const v = ${value}\n`,
  })
  const at = (folder: string, value: number) =>
    Object.fromEntries(
      Object.entries(own(value)).map(([name, content]) => [`${folder}/node_modules/x/${name}`, content]),
    )
  const project = new Project({ ...FILES, ...at('a', 1), ...at('b', 2) })
  const before = digests(project)
  project.write({ ...at('a', 2), ...at('b', 1) })
  const after = digests(project)
  expect([before[0] === after[0], before[1] === after[1]]).toEqual([false, false])
})

test('where the copies lie does not count', () => {
  const project = withPeers()
  findIn(project, X17, X18)
  const before = digests(project)
  // In the other order by name.
  renameSync(project.path(X17), project.path(`${STORE}/x@1.0.0_z`))
  renameSync(project.path(X18), project.path(`${STORE}/x@1.0.0_b`))
  findIn(project, `${STORE}/x@1.0.0_z`, `${STORE}/x@1.0.0_b`)
  expect(digests(project)).toEqual(before)
  const other = new Project({})
  cpSync(project.folder, other.folder, { recursive: true, verbatimSymlinks: true })
  expect(digests(other)).toEqual(before)
})

describe('an installed package counts by what it is, where its version does not say that:', () => {
  const program = (dependencies: object): Files => ({
    'package.json': JSON.stringify({ name: 'program', dependencies }),
    'main.js': "require('lib')",
    'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0"}',
    'node_modules/lib/index.js': 'exports.a = 1',
  })
  const edit: Files = { 'node_modules/lib/index.js': 'exports.a = 2' }
  const isNoticed = (files: Files, edited: Files, entry: string) => {
    const project = new Project(files)
    const before = project.read(entry).digest
    project.write(edited)
    return project.read(entry).digest !== before
  }

  it('a copy of a folder of this machine', () => {
    expect(isNoticed(program({ lib: 'file:../lib' }), edit, 'main.js')).toBe(true)
    expect(isNoticed(program({ lib: '../lib' }), edit, 'main.js')).toBe(true)
    expect(isNoticed(program({ lib: '^1.0.0' }), edit, 'main.js')).toBe(false)
  })

  it.each<[string, Files]>([
    ['Yarn', { 'package.json': '{"name":"program","dependencies":{"lib":"patch:lib@npm%3A1.0.0#./a.patch"}}' }],
    [
      'Yarn, by resolutions',
      { 'package.json': '{"name":"program","resolutions":{"other/lib@npm:1":"patch:lib@1#a"}}' },
    ],
    [
      'Yarn, by resolutions of a version of another one',
      { 'package.json': '{"name":"program","resolutions":{"@a/other@npm:1.0.0/lib@npm:^1":"patch:lib@1#a"}}' },
    ],
    ['Bun', { 'package.json': '{"name":"program","patchedDependencies":{"lib@1.0.0":"patches/a.patch"}}' }],
    ['patch-package', { 'patches/lib+1.0.0.patch': '' }],
  ])('one that is patched by %s', (_, files) => {
    expect(isNoticed({ ...program({}), ...files }, edit, 'main.js')).toBe(true)
    const other = { 'package.json': '{"name":"program","patchedDependencies":{"@a/lib@1.0.0":"a"}}' }
    expect(isNoticed({ ...program({}), ...other, 'patches/lib-b+1.0.0.patch': '' }, edit, 'main.js')).toBe(false)
  })

  it.each<[string, string, string]>([
    ['in the layout of npm', 'node_modules/lib', ''],
    ['in a store of all projects', 'store/links/@/lib/1.0.0/5f1c/node_modules/lib', ''],
    ['in a folder with a shortened name', 'node_modules/.pnpm/lib@1.0.0_5f1c/node_modules/lib', ''],
    ['in the layout of npm, of a workspace', 'node_modules/lib', 'packages/a/'],
  ])('one that pnpm patches or copies, %s', (_, place, member) => {
    const lib = { [`${place}/package.json`]: '{"name":"lib","version":"1.0.0"}', [`${place}/index.js`]: '' }
    const isNoticedWith = (before: Files, after: Files) => {
      const main = { [`${member}main.js`]: "require('lib')", [`${member}package.json`]: '{"name":"program"}' }
      const project = new Project({ 'package.json': '{}', ...main, ...lib, ...before })
      if (place !== 'node_modules/lib') link(project, 'node_modules/lib', place)
      const { digest } = project.read(`${member}main.js`)
      project.write(after)
      return project.read(`${member}main.js`).digest !== digest
    }
    const patched = (name: string, digest: string) => [
      `patchedDependencies:\n  '@a/other@1.0.0': 1\n  ${name}@1.0.0: ${digest}\n\nimporters:\n`,
      `patchedDependencies:\n  ${name}:\n    hash: ${digest}\n    path: patches/lib.patch\n`,
      `patchedDependencies:\r\n  ${name}:\r\n    hash: ${digest}\r\n    path: patches/lib.patch\r\n`,
    ]
    const copied = (name: string) => [
      `packages:\n\n  ${name}@file:../lib:\n    resolution: {directory: ../lib}\n`,
      `packages:\n\n  file:../lib(a@1.0.0):\n    resolution: {directory: ../lib}\n    name: ${name}\n    dev: false\n`,
    ]
    for (const lock of ['node_modules/.pnpm/lock.yaml', 'pnpm-lock.yaml']) {
      for (const [name, isIt] of [
        ['lib', true],
        ['lib-b', false],
        ['"@a/lib"', false],
      ] as const) {
        const [before, after] = [patched(name, '5f1c'), patched(name, '9a2b')]
        for (const index of [0, 1, 2])
          expect(isNoticedWith({ [lock]: before[index]! }, { [lock]: after[index]! })).toBe(isIt)
        for (const each of copied(name))
          expect(isNoticedWith({ [lock]: each }, { [`${place}/index.js`]: '1' })).toBe(isIt)
      }
    }
  })

  it('one that pnpm patches, equally where the names of folders have to be short', () => {
    const lock = 'patchedDependencies:\n  lib@1.0.0: 5f1c\n'
    const at = (folder: string, more: Files = {}) => {
      const project = new Project({
        ...{ 'package.json': '{}', 'pnpm-lock.yaml': lock, 'app/package.json': '{"name":"program"}' },
        ...{ 'app/main.js': "require('lib')", ...more },
        [`node_modules/.pnpm/${folder}/node_modules/lib/package.json`]: '{"name":"lib","version":"1.0.0"}',
      })
      link(project, 'node_modules/lib', `node_modules/.pnpm/${folder}/node_modules/lib`)
      return project.read('app/main.js').digest
    }
    const short = at('lib@1.0.0_5')
    expect(at('lib@1.0.0_patch_hash=5f1c')).toBe(short)
    // Windows may name one lock file in two ways.
    expect(at('lib@1.0.0_5', { 'app/pnpm-lock.yaml': lock })).toBe(short)
  })

  it('one that pnpm patches, with the lock file beside the program, as in Rush', () => {
    const lock = (digest: string) => ({ 'common/pnpm-lock.yaml': `patchedDependencies:\n  lib@1.0.0: ${digest}\n` })
    const place = 'common/node_modules/.pnpm/lib@1.0.0_5f1c/node_modules/lib'
    const project = new Project({
      ...{ 'app/package.json': '{"name":"app"}', 'app/main.js': "require('lib')" },
      ...{ [`${place}/package.json`]: '{"name":"lib","version":"1.0.0"}', ...lock('5f1c') },
    })
    link(project, 'app/node_modules/lib', place)
    const before = project.read('app/main.js').digest
    project.write(lock('9a2b'))
    expect(project.read('app/main.js').digest).not.toBe(before)
  })

  it.each(['lib@1.0.0_patch_hash=5f1c', 'lib@file+packages+lib', 'file+packages+lib_a@1.0.0'])(
    'one that pnpm has patched or copied into %s, also without its lock file',
    (folder) => {
      const place = `node_modules/.pnpm/${folder}/node_modules/lib`
      const project = new Project({ ...program({}), [`${place}/package.json`]: '{"name":"lib","version":"1.0.0"}' })
      rmSync(project.path('node_modules/lib'), { recursive: true })
      link(project, 'node_modules/lib', place)
      const before = project.read('main.js').digest
      project.write({ [`${place}/index.js`]: '1' })
      expect(project.read('main.js').digest).not.toBe(before)
    },
  )

  it('whose thousands of files are not searched for imports', () => {
    const project = new Project({ ...program({}), 'node_modules/lib/index.js': "require('only-in-lib')" })
    project.read('main.js', { packages: 'content', manifest: true })
    const folder = project.path('node_modules/.cache/persist/code')
    const [manifest = '', ...more] = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect([manifest.includes('lib/index.js'), manifest.includes('only-in-lib'), more]).toEqual([true, false, []])
  })

  it.each([
    ['Plug’n’Play', '.yarn/cache/lib-patch-5f1c.zip/node_modules/lib'],
    ['the linker that is called pnpm', 'node_modules/.store/lib-patch-5f1c/package'],
  ])('one that Yarn patches, with %s', (_, place) => {
    const project = new Project({
      ...program({}),
      'package.json': '{"name":"program","resolutions":{"lib@npm:1.0.0":"patch:lib@npm%3A1.0.0#./a.patch"}}',
      [`${place}/package.json`]: '{"name":"lib","version":"1.0.0"}',
    })
    link(project, 'node_modules/lib', place)
    const before = project.read('main.js').digest
    project.write({ [`${place}/index.js`]: 'exports.a = 2' })
    expect(project.read('main.js').digest).not.toBe(before)
  })

  it('one that npm takes from a file of this machine for all packages', () => {
    const overrides = [{ lib: 'file:a.tgz' }, { other: { lib: 'file:a.tgz' } }, { 'lib@1': { '.': 'file:a.tgz' } }]
    for (const each of overrides) {
      const files = { ...program({}), 'package.json': JSON.stringify({ name: 'program', overrides: each }) }
      expect(isNoticed(files, edit, 'main.js')).toBe(true)
    }
  })

  it.each(['', 'app/'])('one in a store of the project, which patch-package patches in the folder ./%s', (member) => {
    const place = 'node_modules/.store/lib@1.0.0-5f1c/node_modules/lib'
    const project = new Project({
      ...{ 'package.json': '{}', [`${member}package.json`]: '{"name":"program"}' },
      ...{ [`${member}main.js`]: "require('lib')", [`${member}patches/lib+1.0.0.patch`]: '' },
      [`${place}/package.json`]: '{"name":"lib","version":"1.0.0"}',
    })
    link(project, `${member}node_modules/lib`, place)
    const before = project.read(`${member}main.js`).digest
    project.write({ [`${place}/index.js`]: '1' })
    expect(project.read(`${member}main.js`).digest).not.toBe(before)
  })

  it('one that a copy bundles', () => {
    const inner = 'node_modules/lib/node_modules/inner'
    const files = (lib: string) => ({
      ...program({ lib }),
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","dependencies":{"inner":"1"}}',
      [`${inner}/package.json`]: '{"name":"inner","version":"1.0.0"}',
    })
    expect(isNoticed(files('file:lib.tgz'), { [`${inner}/index.js`]: '' }, 'main.js')).toBe(true)
    expect(isNoticed(files('1'), { [`${inner}/index.js`]: '' }, 'main.js')).toBe(false)
  })

  it('one in the folder of another one, which patch-package patches', () => {
    const inner = 'node_modules/@a/other/node_modules/lib'
    const files = {
      ...program({}),
      'main.js': "require('@a/other')",
      'patches/@a+other++lib+1.0.0.patch': '',
      'node_modules/@a/other/package.json': '{"name":"@a/other","version":"1.0.0","dependencies":{"lib":"1"}}',
      [`${inner}/package.json`]: '{"name":"lib","version":"1.0.0"}',
    }
    expect(isNoticed(files, { [`${inner}/index.js`]: '' }, 'main.js')).toBe(true)
  })

  it('such a copy that another one needs', () => {
    const files = {
      ...program({ other: 'file:../other' }),
      'main.js': "require('other')",
      'node_modules/other/package.json': '{"name":"other","version":"1.0.0","dependencies":{"lib":"file:../lib"}}',
    }
    expect(isNoticed(files, edit, 'main.js')).toBe(true)
  })

  it('the client that Prisma generates, by the name that has the digest of the schema, and its SQL', () => {
    const files = {
      ...program({}),
      'main.js': "require('@prisma/client')",
      'node_modules/@prisma/client/package.json': '{"name":"@prisma/client","version":"6.0.0"}',
      'node_modules/.prisma/client/package.json': '{"name":"prisma-client-1a","version":"6.0.0"}',
      'node_modules/.prisma/client/index.js': 'exports.path = "/home/a"',
    }
    const other = { 'node_modules/.prisma/client/package.json': '{"name":"prisma-client-2b","version":"6.0.0"}' }
    expect(isNoticed(files, other, 'main.js')).toBe(true)
    const sql = (text: string) => ({ 'node_modules/.prisma/client/sql/users.js': `exports.users = ${text}` })
    expect(isNoticed({ ...files, ...sql('1') }, sql('2'), 'main.js')).toBe(true)
    expect(isNoticed(files, { 'node_modules/.prisma/client/index.js': 'exports.path = "/home/b"' }, 'main.js')).toBe(
      false,
    )
  })
})

test('an optional peer that a package names without a version counts', () => {
  const driver = (version: string) => ({
    'node_modules/pg/package.json': JSON.stringify({ name: 'pg', version }),
  })
  const project = new Project({
    'main.js': "require('knex')",
    'node_modules/knex/package.json':
      '{"name":"knex","version":"1.0.0","peerDependenciesMeta":{"pg":{"optional":true},"mysql":{"optional":true}}}',
    ...driver('8.0.0'),
  })
  const before = project.read('main.js').digest
  project.write(driver('8.1.0'))
  expect(project.read('main.js').digest).not.toBe(before)
})

test('packages of types do not count, although packages that are used name them', () => {
  const types = (version: string): Files => ({
    'node_modules/@types/node/package.json': JSON.stringify({ name: '@types/node', version }),
  })
  const project = new Project({
    'main.js': "require('lib')",
    'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","dependencies":{"@types/node":"*","dep":"1"}}',
    'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0"}',
    ...types('22.0.0'),
  })
  const before = project.read('main.js')
  project.write(types('24.0.0'))
  expect(project.read('main.js')).toEqual(before)
  expect(before.parts.map(({ name }) => name)).toEqual(['./main.js', 'dep@1.0.0', 'imports', 'lib@1.0.0'])
})
