import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importsOf } from '../src/closure/specifiers.ts'
import { parsedImports } from './support/parsed-imports.ts'
import { randomSource } from './support/random-syntax.ts'

const IS_SOAK = process.env.PERSIST_SOAK === '1'
const SOURCES = IS_SOAK ? 100_000 : 6_000
const INSTALLED = fileURLToPath(new URL('../../../node_modules/.pnpm', import.meta.url))
/** The size of files, and which share of the installed packages they come from. */
const { longest, step } = IS_SOAK ? { longest: 3_000_000, step: 1 } : { longest: 100_000, step: 12 }

interface Compared {
  files: number
  specifiers: number
  tooMany: number
  readonly missed: { readonly file: string; readonly specifier: string; readonly source: string }[]
}

/** Reads files with `code` and with a parser, as far as they have no errors. */
function compare(files: Iterable<{ readonly file: string; readonly source: string }>): Compared {
  const all: Compared = { files: 0, specifiers: 0, tooMany: 0, missed: [] }
  for (const { file, source } of files) {
    const parsed = parsedImports(file, source)
    if (parsed === undefined) continue
    const { specifiers, uncertain } = importsOf(file, source)
    const found = new Set([...specifiers, ...uncertain])
    all.files++
    all.specifiers += parsed.size
    all.tooMany += specifiers.filter((one) => !parsed.has(one)).length
    for (const specifier of parsed) if (!found.has(specifier)) all.missed.push({ file, specifier, source })
  }
  all.missed.sort((a, b) => a.source.length - b.source.length)
  return all
}

test(`code finds each import that a parser finds, in ${SOURCES} random files`, { timeout: 600_000 }, () => {
  const seed = IS_SOAK ? Date.now() : 1
  const { files, specifiers, tooMany, missed } = compare(fc.sample(randomSource, { numRuns: SOURCES, seed }))
  expect(missed.slice(0, 1)).toEqual([])
  expect(files).toBeGreaterThan(SOURCES / 2)
  expect(specifiers).toBeGreaterThan(files)
  expect(tooMany).toBeLessThan(specifiers / 10)
})

test('code finds each import that a parser finds, in installed packages', { timeout: 600_000 }, () => {
  const folders = readdirSync(INSTALLED, { withFileTypes: true }).filter((one) => one.isDirectory())
  const packages = folders.map(({ name }) => join(INSTALLED, name)).sort()
  const sources = packages.filter((_, index) => index % step === 0).flatMap((folder) => [...codeIn(folder)])
  const { files, specifiers, tooMany, missed } = compare(sources)
  expect(missed.slice(0, 1).map(({ file, specifier }) => ({ file, specifier }))).toEqual([])
  expect(files).toBeGreaterThan(100)
  expect(specifiers).toBeGreaterThan(files)
  expect(tooMany).toBeLessThan(specifiers / 10)
})

/** The code of a package that imports something, without declarations of types, and files that only say so. */
function* codeIn(folder: string): Generator<{ file: string; source: string }> {
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, one.name)
    if (one.isDirectory()) yield* codeIn(file)
    else if (isCode(one) && statSync(file).size <= longest) {
      const source = readFileSync(file, 'utf8')
      if (/import|require|\bfrom\b/.test(source)) yield { file, source }
    }
  }
}

function isCode(one: Dirent): boolean {
  return one.isFile() && /(?<!\.d)\.[cm]?[jt]sx?$/.test(one.name)
}
