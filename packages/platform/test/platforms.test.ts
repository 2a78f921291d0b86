import { types as nodeTypes } from 'node:util'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as node from '../src/node.ts'
import type { Platform } from '../src/platform.ts'
import { SynchronousStorage } from '../src/web/context-storage.ts'
import * as web from '../src/web.ts'

const platforms = { node, web } satisfies Record<string, Platform>

it('each platform has the same exports', () => {
  expect(Object.keys(platforms.web).sort()).toEqual(Object.keys(platforms.node).sort())
})

const VALUES = [
  'new Date(0)',
  'new Map()',
  'new Set()',
  'new WeakMap()',
  'new WeakSet()',
  'Promise.resolve()',
  '/a/',
  'Object(1)',
  'Object("a")',
  'Object(true)',
  'Object(1n)',
  'Object(Symbol())',
  'new ArrayBuffer(1)',
  'new SharedArrayBuffer(1)',
  'new DataView(new ArrayBuffer(1))',
  'new Uint8Array(1)',
  'new Float64Array(1)',
  'new Map().keys()',
  'new Set().keys()',
  '(function* () {})()',
  '(async function* () {})()',
  '(function () { return arguments })()',
  'new Error("a")',
  'new (class Own extends Error {})()',
  'Object.setPrototypeOf(new Map(), Object.prototype)',
  'Object.setPrototypeOf(new Error("a"), Object.prototype)',
  'Object.setPrototypeOf(Promise.resolve(), Object.prototype)',
  'Object.create(Error.prototype)',
  'Object.create(Date.prototype)',
  'Object.create(Promise.prototype).x ?? {}',
  'RegExp.prototype',
  'Date.prototype',
  'Error.prototype',
  'Uint8Array.prototype',
  '({ [Symbol.toStringTag]: "Arguments" })',
  '({})',
  '[]',
  'Object.create(null)',
  '(() => {})',
  'null',
  'undefined',
  '1',
  '"a"',
  'Symbol()',
  '1n',
]

const CHECKS = Object.keys(web.types) as (keyof typeof web.types)[]

describe.each([
  ['another realm', (source: string) => runInNewContext(`(${source})`)],
  // biome-ignore lint/security/noGlobalEval: the same text makes the values of both realms
  ['this realm', (source: string) => globalThis.eval(`(${source})`)],
])('the checks of types of the web agree with those of Node about values of %s:', (_, make) => {
  it.each(VALUES)('%s', (source) => {
    const value = make(source)
    const agreeing = (types: object) =>
      CHECKS.filter((check) => (types as Record<string, (value: unknown) => boolean>)[check]!(value))
    // A method that reads the slot would change the value.
    expect(agreeing(web.types)).toEqual(agreeing(nodeTypes))
  })
})

it('a module is recognized', async () => {
  const module = await import('../src/platform.ts')
  expect(web.types.isModuleNamespaceObject(Object.freeze(Object.create(null)))).toBe(false)
  expect(nodeTypes.isModuleNamespaceObject(module)).toBe(web.types.isModuleNamespaceObject(module))
})

describe('bytes of the web are those of Node', () => {
  it('as base64, base64url and hex, and read from base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const encoding of ['base64', 'base64url', 'hex'] as const)
          expect(web.bytesToString(bytes, encoding)).toBe(node.bytesToString(bytes, encoding))
        const read = new Uint8Array(bytes.length)
        expect(web.writeBase64(read, node.bytesToString(bytes, 'base64'))).toBe(bytes.length)
        expect(read).toEqual(bytes)
      }),
    )
  })

  it('as UTF-8 and UTF-16, also with halves of surrogate pairs', () => {
    const string = fc.string({
      unit: fc.oneof(fc.constantFrom('\ud800', '\udfff', '\ufeff'), fc.string({ unit: 'binary' })),
    })
    fc.assert(
      fc.property(string, fc.uint8Array({ maxLength: 20 }), (text, bytes) => {
        expect([...web.utf8Bytes(text)]).toEqual([...node.utf8Bytes(text)])
        expect(web.utf8Length(text)).toBe(node.utf8Length(text))
        const utf16 = Buffer.from(text, 'utf16le')
        expect(web.utf16String(utf16)).toBe(text)
        expect(web.utf8String(bytes)).toBe(node.utf8String(bytes))
        expect(web.isUtf8(bytes)).toBe(node.isUtf8(bytes))
        expect(web.utf8String(web.utf8Bytes(text))).toBe(node.utf8String(node.utf8Bytes(text)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('of many thousands', () => {
    const bytes = Uint8Array.from({ length: 2_000_001 }, (_, index) => index * 7)
    expect(web.bytesToString(bytes, 'base64') === node.bytesToString(bytes, 'base64')).toBe(true)
    expect(web.utf16String(bytes.subarray(1)) === node.utf16String(bytes.subarray(1))).toBe(true)
  })

  it('hashed', () => {
    for (const input of ['', 'a', 'é'.repeat(1_000), new Uint8Array(1_000)])
      expect(web.sha256(input, 'hex')).toBe(node.sha256(input, 'hex'))
  })
})

it('without help of the platform, the current value ends with the synchronous part of a function', async () => {
  const storage = new SynchronousStorage<number>()
  const seen = await storage.run(1, async () => {
    const before = storage.getStore()
    storage.run(2, () => {})
    const after = storage.getStore()
    await undefined
    return [before, after, storage.getStore()]
  })
  expect(seen).toEqual([1, 1, undefined])
  expect(() =>
    storage.run(3, () => {
      throw new Error('a')
    }),
  ).toThrow('a')
  expect(storage.getStore()).toBeUndefined()
})

it('the platform of a page cannot block', () => {
  expect(() => web.sleepSync()).toThrow('make the function async')
})
