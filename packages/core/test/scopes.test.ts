import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, parse } from 'acorn'
import { analyze, type Variable } from 'eslint-scope'
import { describe, expect, test } from 'vitest'
import { ParsedSource } from '../src/source/parsed-source.ts'
import { lookup } from '../src/source/scopes.ts'

// The scopes of names decide whether two functions may share results. Here they are compared with those of a parser.

const INSTALLED = fileURLToPath(new URL('../../../node_modules/.pnpm', import.meta.url))
const MOST_BYTES = 60_000

const everySixth = (names: readonly string[]) => [...names].sort().filter((_, i) => i % 6 === 0)

/** Each sixth file of each sixth installed package. */
const files = everySixth(readdirSync(INSTALLED).filter((name) => /^\w.*@/.test(name)))
  .flatMap((name) =>
    everySixth(readdirSync(join(INSTALLED, name), { recursive: true, encoding: 'utf8' })).map((path) =>
      join(name, path),
    ),
  )
  .filter((path) => /\.[cm]?js$/.test(path))
  .map((path) => join(INSTALLED, path))
  .filter((path) => statSync(path).isFile() && statSync(path).size < MOST_BYTES)

function parsed(text: string): { program: Program; isModule: boolean } | undefined {
  const options = { ecmaVersion: 'latest', ranges: true, allowHashBang: true } as const
  for (const isModule of [true, false])
    try {
      const sourceType = isModule ? 'module' : 'script'
      return { program: parse(text, { ...options, sourceType, allowReturnOutsideFunction: !isModule }), isModule }
    } catch {
      // JSX, or a script.
    }
  return undefined
}

function parsedByUs(text: string): ParsedSource {
  const files = { read: () => undefined, changedAt: () => undefined }
  return new ParsedSource(text, { file: '/a.js', place: '/a.js', files, isOtherVersion: false })
}

/** The uses of names that stand for something else than the parser says, and how many were compared. */
function differences(text: string): { names: number; found: string[] } {
  const found: string[] = []
  const source = parsed(text)
  if (source === undefined) return { names: 0, found }
  const { program, isModule } = source
  const ours = parsedByUs(text)
  const manager = analyze(program as never, {
    ecmaVersion: 2022,
    sourceType: isModule ? 'module' : 'script',
    ignoreEval: true,
    nodejsScope: !isModule,
  })
  const indexes = new Map(ours.tokens.list.map(({ at }, index) => [at, index]))
  const uses = manager.scopes.flatMap(({ references }) => references)
  for (const { identifier, resolved } of uses) {
    const { name, range } = identifier as { readonly name: string; readonly range?: [number, number] }
    const index = range && indexes.get(range[0])
    if (index === undefined) continue
    const binding = lookup(name, ours.scopes.at[index])
    const places = binding?.parts.map(({ at }) => ours.tokens.list[at]!.at)
    if (!agree(placesOf(resolved), places)) found.push(`${name} in ${lineAt(text, range![0])}`)
    else if (!ours.isUse(index) && !places?.includes(range![0]))
      found.push(`use of ${name} in ${lineAt(text, range![0])}`)
  }
  return { names: uses.length, found }
}

function placesOf(variable: Variable | null): number[] {
  const names = variable?.defs.map(({ name }) => (name as { readonly range?: [number, number] }).range?.[0]) ?? []
  return names.filter((place) => place !== undefined)
}

/** A variable with the name of a parameter is the parameter too: here it stands by itself. */
const agree = (theirs: readonly number[], ours: readonly number[] = []) =>
  theirs.length === 0 ? ours.length === 0 : ours.some((place) => theirs.includes(place))

const lineAt = (text: string, place: number) =>
  text
    .slice(text.lastIndexOf('\n', place) + 1, place + 80)
    .split('\n')[0]!
    .slice(-160)

test('each name in installed packages stands for what a parser finds', () => {
  let names = 0
  const found = files.flatMap((file) => {
    const of = differences(readFileSync(file, 'utf8'))
    names += of.names
    return of.found.map((line) => `${file.slice(INSTALLED.length)}: ${line}`)
  })
  expect(found).toEqual([])
  expect(names).toBeGreaterThan(10_000)
})

describe('each name stands for what a parser finds', () => {
  test.each([
    'class Base {}; const mixin = (one) => one; class Rows extends mixin(Base) { get() { return Base } }',
    'class Rows extends (Base) { get() { return Base } }; class Base {}',
    'import from, { from as other } from "a"; import { from as of } from "b"; from(of, other)',
    'exports.satisfies = satisfies\nfunction satisfies() {}\nsatisfies()',
    'const get = 1; let x\nfunction f() { x = get\nf() }',
    'const at = 1; const rows = { class: at, enum: { at }, import: at, function: at, with(at) { return at } }',
    'const at = 1; const f = at ? (at) => at : at; const g = at ? at => at : (at) => at',
    'const at = [1]\nat.map(at)\n{\n  const at = 1\n  f(at)\n}\nfunction f(at) { new Array(at)\n{ f(at) } }',
    'for (let a in f(), b()) a; function b() {} function f() {}',
    'class Rows { with(at) { return at } get if() { return 1 } set for(at) { at } static { const at = 1; at } }',
    'const get = 1, of = 1; function f(rows) { if (get in rows) return of\n else of(get instanceof rows) }',
    'const f = (a, b) => a>\nb ? 1 : 2, of = [...f(1)]; of',
    'try { f() } catch (of) { var at = of; of } function f() { return at }',
    'label: for (const at of [1]) { const { at: [of = at] } = { at }; continue label }',
    'const a = 1, b = (a < b, a > (b)); let c = a\n++c\nc',
  ])('in %s', (text) => {
    expect(differences(text)).toEqual({ names: expect.any(Number), found: [] })
  })
})
