import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Package, packages } from '../scripts/packages.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Which packages of ours one may import. A store needs no line. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  hash: ['errors', 'platform'],
  key: ['errors', 'platform'],
  pickle: ['errors', 'platform'],
  store: ['errors', 'platform'],
  core: ['errors', 'platform', 'hash', 'key', 'pickle', 'store'],
  code: ['errors', 'hash', 'key', 'core'],
  inputs: ['errors', 'hash', 'key', 'core'],
  // The store that a cache has by default. All others are loaded by their URLs.
  cli: ['errors', 'hash', 'key', 'pickle', 'store', 'core', 'inputs', 'store-disk'],
}
const A_STORE_MAY_IMPORT = ['errors', 'hash', 'platform', 'store']

/** The entry points that have a file of their own for pages and edge runtimes. All others run where Node's modules are. */
const ON_THE_WEB = ['core', 'hash', 'key', 'pickle', 'pickle/json', 'store', 'store/kit', 'store-idb']

const isStore = (name: string) => name.startsWith('store-')
const stores = packages.filter(({ folder }) => isStore(folder)).map(({ name }) => name)
const of = (folder: string): Package => packages.find((one) => one.folder === folder)!

/** The names, without `@persist/`, of what a package imports from the others, statically or not. */
function importsOf({ folder, name }: Package): string[] {
  const source = join(ROOT, 'packages', folder, 'src')
  const found = new Set<string>()
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
    // The line that ends an import, whether it began there or above.
    const statements = readFileSync(join(source, path), 'utf8').matchAll(
      /^(?:import .*|export .*|\}) from '@persist\/([a-z-]+)|\bimport\('@persist\/([a-z-]+)/gm,
    )
    for (const [, imported, later] of statements) found.add((imported ?? later)!)
  }
  found.delete(name.slice('@persist/'.length))
  return [...found]
}

describe.each(packages)('$name', (one) => {
  const { folder, manifest } = one

  it('imports only what lies below it', () => {
    const allowed = MAY_IMPORT[folder] ?? (isStore(folder) ? A_STORE_MAY_IMPORT : [])
    expect(importsOf(one).filter((imported) => !allowed.includes(imported))).toEqual([])
  })

  it('depends on the packages that it imports, and on no other of ours', () => {
    const ours = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@persist/'))
    // `platform` is not published: the build puts it into each package that imports it.
    const imported = importsOf(one).filter((name) => name !== 'platform')
    expect(ours.sort()).toEqual(imported.map((name) => `@persist/${name}`).sort())
  })

  it('publishes each entry point as an ES module and as CommonJS, with types', () => {
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false, license: 'MIT', engines: { node: '>=20.19' } })
    if (one.entries.length === 0) return
    // For tools that do not read `exports`.
    expect(manifest).toMatchObject({ main: './dist/index.cjs', types: './dist/index.d.cts' })
    const { './package.json': _, ...entryPoints } = manifest.exports as Record<string, { readonly default: string }>
    for (const [path, entry] of Object.entries(entryPoints)) {
      const file = entry.default.replace(/\.js$/, '')
      const web = [
        ['workerd', `${file}.web.js`],
        ['edge-light', `${file}.web.js`],
        // Jest's imitation of a page requires, in Node.
        ['browser', { require: `${file}.cjs`, default: `${file}.web.js` }],
      ]
      // The order counts. A host that supports `module-sync` can require an ES module, and then has one copy for both.
      expect(Object.entries(entry), path).toEqual([
        ['types', { require: `${file}.d.cts`, default: `${file}.d.ts` }],
        ...(ON_THE_WEB.includes(`${folder}${path.slice(1)}`) ? web : []),
        ['module-sync', `${file}.js`],
        ['require', `${file}.cjs`],
        ['default', `${file}.js`],
      ])
      if (path !== '.')
        expect(
          (manifest.typesVersions as Record<string, Record<string, string[]>>)['*']![path.slice('./'.length)],
        ).toEqual([`${file}.d.cts`])
    }
  })
})

it('what a package may import is said of packages that exist', () => {
  expect(Object.keys(MAY_IMPORT).filter((folder) => of(folder) === undefined)).toEqual([])
})

it('core and the command take every store by its URL, as an optional peer: the command all but that of pages', () => {
  expect(Object.keys(of('core').manifest.peerDependencies!).sort()).toEqual(stores)
  const ofCommand = { ...of('cli').manifest.peerDependencies, ...of('cli').manifest.dependencies }
  expect(
    Object.keys(ofCommand)
      .filter((name) => stores.includes(name))
      .sort(),
  ).toEqual(stores.filter((name) => name !== '@persist/store-idb'))
})

it('the tests across packages can import every package, and the README lists it', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'test/package.json'), 'utf8'))
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const imported = packages.filter(({ entries }) => entries.length > 0)
  expect(imported.filter(({ name }) => dependencies[name] === undefined)).toEqual([])
  expect(packages.filter(({ name, folder }) => !readme.includes(`[\`${name}\`](packages/${folder})`))).toEqual([])
})
