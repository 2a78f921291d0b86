import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-5'
import { describe, expect, test } from 'vitest'
import { packages } from '../../scripts/packages.mjs'
import { ROOT } from './documents.ts'

const PAGE = readFileSync(join(ROOT, 'docs/options.md'), 'utf8')
const STORES = packages.map(({ folder }) => folder).filter((name) => name.startsWith('store-'))

/** The heading of the section that names the package of a store. */
function headingOf(store: string): string {
  const section = PAGE.split(/^(?=### )/m).find(
    (text) => text.startsWith('### ') && text.includes(`\`@persist/${store}\``),
  )
  return section?.split('\n', 1)[0] ?? `### of ${store}`
}

/** The file of a store's options, and the interface in it. */
function optionsOf(store: string): [string, string] {
  const path = `packages/${store}/src/options.ts`
  return [path, /interface (\w+StoreOptions)\b/.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1] ?? 'StoreOptions']
}

/** The documented names under a heading and its subheadings: the first cells of all tables. */
function documented(heading: string): string[] {
  const [level] = /^#+/.exec(heading)!
  const start = PAGE.indexOf(`${heading}\n`)
  expect(start, heading).toBeGreaterThan(-1)
  const rest = PAGE.slice(start + heading.length)
  const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'))
  return [...rest.slice(0, end < 0 ? undefined : end).matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!).sort()
}

/** The members of an interface, or the keys of an object, in a source file. */
function declared(path: string, name: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.ES2022)
  for (const statement of file.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) return namesOf(statement.members)
    if (!ts.isVariableStatement(statement)) continue
    for (const { name: found, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(found) && found.text === name && initializer && ts.isObjectLiteralExpression(initializer)) {
        return namesOf(initializer.properties)
      }
    }
  }
  throw new Error(`${path} has no ${name}`)
}

function namesOf(members: Iterable<{ readonly name?: ts.PropertyName }>): string[] {
  return [...members].flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : [])).sort()
}

describe('docs/options.md has every option, and no other', () => {
  test.each([
    ['## Options of persist', 'packages/core/src/options/validate.ts', 'CHECKS'],
    ['## Options of persist', 'packages/core/src/types/options.ts', 'Options'],
    ['## Options of a call', 'packages/core/src/types/persisted.ts', 'Overrides'],
    ['## Options of many calls', 'packages/core/src/types/many.ts', 'ManyOptions'],
    ...STORES.map((name) => [headingOf(name), ...optionsOf(name)] as const),
    ['### Memory', 'packages/core/src/stores/memory-store.ts', 'MemoryStoreOptions'],
    ['## Options of the pickle', 'packages/pickle/src/options.ts', 'PickleOptions'],
    ['## Option of the default pickle', 'packages/pickle/src/options.ts', 'TextPickleOptions'],
  ] as [string, string, string][])('%s: %s, %s', (heading, path, name) => {
    expect(documented(heading)).toEqual(declared(path, name))
  })

  test('the row of memory names the bounds of the memory tier', () => {
    const row = PAGE.split('\n').find((line) => line.startsWith('| `memory`'))
    for (const name of declared('packages/core/src/types/options.ts', 'MemoryOptions')) {
      expect(row).toContain(`\`${name}\``)
    }
  })
})
