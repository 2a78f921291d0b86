import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../packages', import.meta.url))

/** Who may import whom, of ours. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  hash: ['errors'],
  key: ['errors'],
  pickle: ['errors'],
  store: ['errors'],
  core: ['errors', 'hash', 'key', 'pickle', 'store'],
  'store-disk': ['errors', 'hash', 'store'],
  'store-mongo': ['errors', 'hash', 'store'],
  'store-lmdb': ['errors', 'store'],
  'store-keyv': ['errors', 'store'],
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []
  })
}

function importsOf(name: string): Set<string> {
  const found = new Set<string>()
  for (const path of sources(join(packages, name, 'src'))) {
    // The line that ends an import, whether it began there or above.
    const statements = readFileSync(path, 'utf8').matchAll(/^(?:import .*|export .*|\}) from '@persist\/([a-z-]+)/gm)
    for (const [, imported] of statements) found.add(imported!)
  }
  return found
}

describe('the house', () => {
  it.each(Object.keys(MAY_IMPORT))('%s imports only what lies below it', (name) => {
    expect([...importsOf(name)].filter((imported) => !MAY_IMPORT[name]!.includes(imported))).toEqual([])
  })

  it('core imports no store', () => {
    expect([...importsOf('core')].filter((imported) => imported.startsWith('store-'))).toEqual([])
  })

  it.each(Object.keys(MAY_IMPORT))(
    '%s publishes each entry point as an ES module and as CommonJS, with types',
    (name) => {
      const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
      expect(manifest).toMatchObject({
        type: 'module',
        sideEffects: false,
        license: 'MIT',
        engines: { node: '>=20.19' },
      })
      // For tools that know no `exports`.
      expect(manifest).toMatchObject({ main: './dist/index.cjs', types: './dist/index.d.cts' })
      const { './package.json': _, ...entryPoints } = manifest.exports
      for (const [path, entry] of Object.entries<{ readonly default: string }>(entryPoints)) {
        const file = entry.default.replace(/\.js$/, '')
        // The order counts. What knows `module-sync` can require an ES module: one copy for both then.
        expect(Object.entries(entry), path).toEqual([
          ['types', { require: `${file}.d.cts`, default: `${file}.d.ts` }],
          ['module-sync', `${file}.js`],
          ['require', `${file}.cjs`],
          ['default', `${file}.js`],
        ])
        if (path !== '.') expect(manifest.typesVersions['*'][path.slice('./'.length)]).toEqual([`${file}.d.cts`])
      }
    },
  )
})
