import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { OptionError } from '@persist/errors'
import {
  knownSchemes,
  registeredStore,
  registerStore,
  type SchemeOf,
  type StoreAdapter,
  type StoreOptions,
} from '@persist/store'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'

declare module '@persist/store' {
  interface StoreSchemes {
    'typed-store': { readonly region: string }
  }
}

const nowhere = { name: 'nowhere' } as StoreAdapter

test('a registered scheme leads to its factory, an unknown one to nothing', () => {
  registerStore('s3-a', () => nowhere)
  expect(registeredStore('s3-a')?.('s3-a://bucket')).toBe(nowhere)
  expect(registeredStore('s3-b')).toBeUndefined()
})

test('names of Object.prototype are no schemes', () => {
  for (const name of ['constructor', 'toString', '__proto__']) expect(registeredStore(name)).toBeUndefined()
})

test('the last registration counts', () => {
  registerStore('twice', () => {
    throw new Error('the first one')
  })
  registerStore('twice', () => nowhere)
  expect(registeredStore('twice')?.('twice://x')).toBe(nowhere)
})

test('a scheme is registered in lower case and listed sorted', () => {
  registerStore('Zeta', () => nowhere)
  registerStore('alpha', () => nowhere)
  const known = knownSchemes()
  expect(known).toEqual([...known].sort())
  expect(known).toContain('zeta')
  expect(known).toContain('alpha')
})

test('what could become part of a path is refused as a scheme', () => {
  for (const scheme of ['', '../x', 'a/b', 'a b', '1a', '-a', 'a:b', 'ä', '@x/y', 'a\n']) {
    expect(() => registerStore(scheme, () => nowhere), scheme).toThrow(OptionError)
  }
})

test('two copies of the package agree about the stores of the process', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'persist-copy-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  const here = fileURLToPath(new URL('..', import.meta.url))
  cpSync(join(here, 'dist'), join(copy, 'dist'), { recursive: true })
  cpSync(join(here, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(here, 'node_modules'), join(copy, 'node_modules'))
  const other: typeof import('@persist/store') = await import(pathToFileURL(join(copy, 'dist/index.js')).href)
  expect(other.registerStore).not.toBe(registerStore)
  other.registerStore('from-the-other-copy', () => nowhere)
  expect(registeredStore('from-the-other-copy')?.('from-the-other-copy://x')).toBe(nowhere)
})

test('a literal URL gives the options of its scheme, any other text open ones', () => {
  expectTypeOf<StoreOptions<'typed-store://x'>>().toEqualTypeOf<{ readonly region: string }>()
  expectTypeOf<StoreOptions<'TYPED-store://x'>>().toEqualTypeOf<{ readonly region: string }>()
  expectTypeOf<StoreOptions>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
  expectTypeOf<StoreOptions<'unknown://x'>>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
  registerStore('typed-store', (_url, options) => {
    expectTypeOf(options).toEqualTypeOf<{ readonly region: string } | undefined>()
    return nowhere
  })
})

test('the scheme of a text that is known in part is known as far as it is sure', () => {
  expectTypeOf<SchemeOf<`mongodb://${string}`>>().toEqualTypeOf<'mongodb'>()
  expectTypeOf<SchemeOf<'./x'>>().toEqualTypeOf<'file'>()
  expectTypeOf<SchemeOf<'x'>>().toEqualTypeOf<'file'>()
  expectTypeOf<SchemeOf<`./x/${string}`>>().toEqualTypeOf<'file'>()
  expectTypeOf<SchemeOf<`/var/${string}`>>().toEqualTypeOf<'file'>()
  expectTypeOf<SchemeOf<string>>().toEqualTypeOf<string>()
  expectTypeOf<SchemeOf<`${string}/x`>>().toEqualTypeOf<string>()
  expectTypeOf<SchemeOf<`${string}://x`>>().toEqualTypeOf<string>()
  expectTypeOf<SchemeOf<`mongodb${string}://x`>>().toEqualTypeOf<string>()
})
