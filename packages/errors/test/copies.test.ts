import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import * as ours from '@persist/errors'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const DIST = fileURLToPath(new URL('../dist/index.js', import.meta.url))

type Errors = typeof ours

const folder = mkdtempSync(join(tmpdir(), 'persist-errors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** One error of each class. */
function oneOfEach(errors: Errors): Record<string, Error> {
  const made = [
    new errors.PersistError('ERR_PERSIST_OPTION', 'a'),
    new errors.OptionError('a', { option: 'ttl' }),
    new errors.KeyError('a', '$'),
    new errors.HashError('a', 'b'),
    new errors.HashCollisionError('a', { namespace: 'n', hash: 'h', key: 1 }),
    new errors.PickleError('a', '$'),
    new errors.UnpickleError('a'),
    new errors.CodecError('ERR_PERSIST_CODEC', 'a', { codec: 'c', namespace: 'n', hash: 'h' }),
    new errors.DuplicateNamespaceError('a', 'n'),
    new errors.NotPersistedError('a'),
    new errors.UnknownStoreError('a', { scheme: 's', known: [] }),
    new errors.StoreNotInstalledError('a', { scheme: 's', packageName: 'p', install: 'i' }),
    new errors.StoreError('ERR_PERSIST_STORE', 'a', { store: 's' }),
    new errors.ReplayMissError('a', { namespace: 'n', hash: 'h' }),
    new errors.InputError('a', { namespace: 'n', input: 'a.md' }),
  ]
  return Object.fromEntries(made.map((error) => [error.name, error]))
}

/** Ways to load a copy of the built package. */
const copies: Record<string, () => Promise<Errors>> = {
  'another file of the same package': async () => {
    const file = join(folder, 'copy.mjs')
    // The source map is not copied, so neither is the comment that names it.
    writeFileSync(file, readFileSync(DIST, 'utf8').replace(/^\/\/# sourceMappingURL.*$/m, ''))
    return await import(pathToFileURL(file).href)
  },
  'a minified CommonJS bundle': async () => {
    const file = join(folder, 'copy.cjs')
    await build({ entryPoints: [DIST], outfile: file, bundle: true, minify: true, format: 'cjs', logLevel: 'error' })
    return (await import(pathToFileURL(file).href)).default
  },
  'a script in another realm': async () => {
    const file = join(folder, 'copy.js')
    await build({ entryPoints: [DIST], outfile: file, bundle: true, format: 'iife', globalName: 'errors' })
    return runInContext(`${readFileSync(file, 'utf8')}; errors`, createContext({}))
  },
}

const OURS: Errors = { ...ours }
const NAMES = Object.keys(OURS) as (keyof Errors)[]

describe.each(Object.keys(copies))('with %s', (kind) => {
  let theirs: Errors
  beforeAll(async () => {
    theirs = await copies[kind]!()
  })

  test('each class is another one than ours', () => {
    for (const name of NAMES) expect(theirs[name], name).not.toBe(OURS[name])
  })

  test('an error of one copy is an instance of its own class and of PersistError in the other, and of no other class', () => {
    for (const [makers, judges] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      for (const [made, error] of Object.entries(oneOfEach(makers))) {
        const matching = NAMES.filter((name) => error instanceof judges[name])
        expect(matching.sort(), made).toEqual([...new Set([made, 'PersistError'])].sort())
      }
    }
  })

  test("an error of a user's subclass is an instance of the class that it extends in the other copy", () => {
    class Quota extends theirs.StoreError {}
    const error = new Quota('ERR_PERSIST_STORE_FULL', 'a', { store: 's' })
    expect(NAMES.filter((name) => error instanceof OURS[name]).sort()).toEqual(['PersistError', 'StoreError'])
  })
})

test('these tests cover each class', () => {
  expect(Object.keys(oneOfEach(ours)).sort()).toEqual([...NAMES].sort())
})

test('each class has its own name in the built file too, since Node prints it with an uncaught error', () => {
  for (const [name, error] of Object.entries(oneOfEach(ours))) expect(inspect(error)).toMatch(new RegExp(`^${name}: `))
})

test("a user's subclass accepts only its own instances", () => {
  class Mine extends ours.KeyError {}
  class Other extends ours.KeyError {}
  expect(new Mine('a', '$')).toBeInstanceOf(Mine)
  expect(new Mine('a', '$')).toBeInstanceOf(ours.KeyError)
  expect(new Mine('a', '$')).not.toBeInstanceOf(Other)
  expect(new ours.KeyError('a', '$')).not.toBeInstanceOf(Mine)
})

test('an object that only looks like a PersistError is not an instance', () => {
  const coded = Object.assign(new Error('a'), { code: 'ERR_PERSIST_KEY', name: 'KeyError' })
  class KeyError extends Error {}
  const forged = Object.defineProperty({}, Symbol.for('@persist/errors/class'), { value: 'KeyError' })
  for (const value of [coded, new KeyError('a'), forged, null, undefined, 1, 'KeyError', () => 1]) {
    expect(value instanceof ours.PersistError).toBe(false)
    expect(value instanceof ours.KeyError).toBe(false)
  }
})

test('a bound class accepts the same errors as the class', () => {
  const Bound = ours.KeyError.bind(undefined) as unknown as typeof ours.KeyError
  expect(new ours.KeyError('a', '$') instanceof Bound).toBe(true)
  expect(new ours.HashError('a', 'b') instanceof Bound).toBe(false)
})

test('an error has no own property that names its class', () => {
  const error = new ours.KeyError('a', '$')
  expect(Reflect.ownKeys(error).sort()).toEqual(['code', 'message', 'path', 'stack'])
  expect(String(error)).toBe('KeyError: a (at $)')
})

test('a minifier does not change the name of an error', async () => {
  const file = join(folder, 'program.mjs')
  const source = join(folder, 'source.mjs')
  writeFileSync(
    source,
    `import { KeyError, PersistError } from ${JSON.stringify(DIST)}
    const error = new KeyError('a', '$')
    export default [error.name, error instanceof PersistError, String(error)]`,
  )
  await build({ entryPoints: [source], outfile: file, bundle: true, minify: true, format: 'esm', logLevel: 'error' })
  expect((await import(pathToFileURL(file).href)).default).toEqual(['KeyError', true, 'KeyError: a (at $)'])
})

test('the classes load in a program that has frozen the built-in prototypes', () => {
  const source = `
    Object.freeze(Error.prototype)
    const { KeyError } = await import(${JSON.stringify(DIST)})
    console.log(new KeyError('a', '$').name)`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
  expect(printed).toBe('KeyError\n')
})
