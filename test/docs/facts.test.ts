import { constants } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './documents.ts'

const GUIDE = read('docs/guide.md')

/** The strings in a source file that a pattern finds. */
function quotedIn(path: string, pattern: RegExp): string[] {
  const found = [...read(path).matchAll(pattern)].map(([, word]) => word!)
  expect(found.length).toBeGreaterThan(2)
  return [...new Set(found)]
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

describe('docs/guide.md has', () => {
  test('every event', () => {
    const events = quotedIn('packages/core/src/events/stderr-lines.ts', /^ {2}(\w+): \d,$/gm)
    expect(events.filter((name) => !GUIDE.includes(`\n| \`${name}\``))).toEqual([])
  })

  test('every reason of a miss, a stale result and a skip, and every outcome of a wait, and no other', () => {
    const source = read('packages/core/src/types/events.ts')
    const unions = [
      /type MissReason =([\s\S]*?)\n\n/,
      /type SkipReason =([\s\S]*?)\n\n/,
      /'stale'>([^}]*)/,
      /outcome:([^}]*)/,
    ]
    const words = unions.flatMap((union) =>
      [...union.exec(source)![1]!.matchAll(/'([\w-]+)'/g)].map(([, word]) => word!),
    )
    expect(words).toEqual(expect.arrayContaining(['absent', 'fenced', 'acquired', 'revalidate']))
    const [section] = /^## Why it happened$[\s\S]*?(?=^## )/m.exec(GUIDE)!
    const listed = [...section.matchAll(/^\| +(?:`\w+`)? +\| `([\w-]+)`/gm)].map(([, word]) => word!)
    expect(listed.sort()).toEqual(words.sort())
  })

  test('every code of an error', () => {
    const codes = quotedIn('packages/errors/src/classes.ts', /'ERR_PERSIST_(\w+)'/g)
    expect(codes.filter((code) => !GUIDE.includes(`\`${code}\``))).toEqual([])
  })

  test('every method of a persisted function', () => {
    const methods = quotedIn('packages/core/src/api/wrap.ts', /^ {4}(\w+)(?:\(this|: )/gm)
    expect(methods).toContain('lookup')
    expect(methods.filter((name) => !GUIDE.includes(`.${name}(`) && !GUIDE.includes(`.${name}.`))).toEqual([])
  })

  test('every variable of the environment that core reads', () => {
    const sources = ['options/environment.ts', 'options/resolve-options.ts']
      .map((path) => read(`packages/core/src/${path}`))
      .join()
    const names = [...sources.matchAll(/variable\(env, '(PERSIST_\w+)'\)/g)].map(([, name]) => name!)
    expect(names).toHaveLength(3)
    expect(names.filter((name) => !GUIDE.includes(`| \`${name}\``))).toEqual([])
  })
})

test('docs/limits.md has the limits that the packages keep', () => {
  const page = read('docs/limits.md')
  const of = (path: string, pattern: RegExp) => Number(pattern.exec(read(`packages/${path}`))![1]!.replaceAll('_', ''))
  const says = (limit: number, unit: string) => expect(page).toContain(`${limit.toLocaleString('en-US')} ${unit}`)
  says(of('key/src/limits.ts', /MAX_LENGTH = (\d+) \* 1024/) * 1024, 'characters')
  says(constants.MAX_STRING_LENGTH, 'characters')
  says(of('store-disk/src/format/largest-entry.ts', /LARGEST_FILE = (\w+)/), 'bytes')
  says(of('store-disk/src/format/largest-entry.ts', /LARGEST_OF_STRING = (\w+)/), 'bytes')
  says(of('store-lmdb/src/keys.ts', /LONGEST_HASH = (\w+)/), 'bytes')
  says(of('core/src/options/complete.ts', /maxEntries: (\w+)/), 'entries')
  says(of('core/src/many/calls.ts', /BATCH = (\w+)/), ' ')
  expect(of('key/src/limits.ts', /MAX_DEPTH = (\d+)/)).toBe(500)
  expect(of('pickle/src/options.ts', /maxDepth = (\d+)/)).toBe(500)
})
