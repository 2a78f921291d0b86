// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of code.
/** How a module imports another one: the statement, and a value that it gives, if any. */
interface ImportForm {
  readonly text: string
  readonly value?: string
  /** What it can import. */
  readonly from: RegExp
  /** In a cycle it would wait for itself. */
  readonly isLate?: true
}

const MODULE = /\.(?:js|ts|mjs)$|^esm$/
const ANY = /\.(?:js|ts|mjs|cjs)$|^(?:esm|cjs)$/
const SCRIPT = /\.cjs$|^cjs$/
const JSON_FILE = /\.json$/

export const IMPORTS: readonly ImportForm[] = [
  { text: "import { NAME as LOCAL } from 'FROM'", value: 'LOCAL', from: ANY },
  { text: "import { NAME as LOCAL } from 'FROM'", value: 'LOCAL', from: ANY },
  { text: "import * as LOCAL from 'FROM'", value: 'LOCAL', from: ANY },
  { text: "import * as LOCAL from 'FROM'", value: 'LOCAL.NAME', from: ANY },
  { text: "import LOCAL from 'FROM'", value: 'LOCAL', from: ANY },
  { text: "import LOCAL, { NAME as LOCALb } from 'FROM'", value: '[LOCAL, LOCALb]', from: ANY },
  { text: "import 'FROM'", from: ANY },
  { text: "export * from 'FROM'", from: ANY },
  { text: "export { NAME as OTHER } from 'FROM'", from: ANY },
  { text: "export * as OTHER from 'FROM'", from: ANY },
  { text: "const LOCAL = await import('FROM')", value: 'LOCAL.NAME', from: ANY, isLate: true },
  { text: "const { NAME: LOCAL } = await import('FROM')", value: 'LOCAL', from: ANY, isLate: true },
  { text: "const LOCAL = async () => (await import('FROM')).NAME", value: 'LOCAL', from: ANY },
  {
    text: "import { createRequire as LOCALc } from 'node:module'\nconst LOCAL = LOCALc(import.meta.url)('FROM')",
    value: 'LOCAL',
    from: SCRIPT,
  },
  { text: "import LOCAL from 'FROM' with { type: 'json' }", value: 'LOCAL', from: JSON_FILE },
  { text: "import * as LOCAL from 'FROM' with { type: 'json' }", value: 'LOCAL.default', from: JSON_FILE },
]

export const CJS_IMPORTS: readonly ImportForm[] = [
  { text: "const LOCAL = require('FROM')", value: 'LOCAL', from: SCRIPT },
  { text: "const { NAME: LOCAL } = require('FROM')", value: 'LOCAL', from: SCRIPT },
  { text: "require('FROM')", from: SCRIPT },
  { text: "const LOCAL = () => require('FROM').NAME", value: 'LOCAL', from: SCRIPT },
  { text: "exports.OTHER = require('FROM')", from: SCRIPT },
  { text: "Object.assign(exports, require('FROM'))", from: SCRIPT },
  { text: "const LOCAL = require('FROM')", value: 'LOCAL', from: JSON_FILE },
  { text: "const LOCAL = async () => (await import('FROM')).NAME", value: 'LOCAL', from: MODULE },
]

export const ESM_FORMS: readonly string[] = [
  'export const NAME⟨: number⟩ = @',
  'export const NAME = () => [@, USED]',
  'export function NAME(a⟨?: string⟩) { return [@, a, USED] }',
  'export class NAME { static s = @; v = USED; get g()⟨: unknown⟩ { return @ } static { this.t = [USED] } }',
  'export class NAME { #p = @; static p⟨?: number⟩; get g() { return [this.#p, USED] } }',
  'export let NAME = @; NAME += 3',
  'export const NAME = { a: @, get b() { return USED }, ...{ c: @ } }',
  'export const { NAME = @ } = { y: @ }⟨as { NAME?: number; y: number }⟩',
  'export const [NAME] = [@, USED]',
  'export const NAME = (globalThis.log ??= []).push(@)',
  'globalThis.acc = (globalThis.acc ?? 0) * 3 + @; export const NAME = () => globalThis.acc',
  'const inNAME = @; const NAME = () => inNAME; export { NAME }',
  'export const NAME = function named() { return @ }',
  'export const NAME = class named extends Array { static q = @ }',
  'export const NAME = class named { [`m${@}`] = USED }',
  'export function* NAME() { yield @; yield USED }',
  'export async function NAME() { return [@, USED] }',
  "export const NAME = Symbol('@').description",
  'export const NAME = new Map([[@, USED]])',
  'export const NAME = `${@}-${typeof USED}`',
  'export function NAME() {} NAME.prop = @; NAME.prototype.m = () => @',
  'export var NAME = @; for (let i = 0; i < 3; i++) NAME += i',
  "export const NAME = typeof USED === 'function' ? @ : [USED]",
  'export const NAME = (() => { try { return USED.none.none } catch { return @ } })()',
  'export const NAME = Object.freeze({ z: @, f() { return [@, USED] } })',
  'switch (@ % 3) { case 0: globalThis.acc = @; break; default: globalThis.log = [@] } export const NAME = globalThis.acc',
  'const privateNAME = (a⟨: number⟩) => a + @; export const NAME = () => privateNAME(1)',
  'let countNAME = @; export const NAME = () => ++countNAME',
  'export const NAME = Object.keys(Object(USED)).length + @',
  'export const NAME = { [Symbol.iterator]: function* () { yield @ } }',
  'export const NAME = { key: USED, inner: () => { const local = @; return local * 2 } }',
  'export const NAME = Object.defineProperty({}, "d", { get: () => [@, USED], enumerable: true })',
  'export const NAME = new (class Made { a = @; b = USED })()',
  '⟪export enum NAME { A = @, B, C = "c" }⟫⟦export var NAME; (function (NAME) { NAME[NAME.A = @] = "A"; NAME[NAME.B = @ + 1] = "B"; NAME.C = "c" })(NAME ||= {})⟧',
  '⟪const enum KNAME { A = @ }⟫⟦var KNAME; (function (K) { K[K.A = @] = "A" })(KNAME ||= {})⟧; export const NAME = () => KNAME.A',
  '⟪export namespace NAME { export const a = @ }⟫⟦export var NAME; (function (N) { N.a = @ })(NAME ||= {})⟧',
]

export const CJS_FORMS: readonly string[] = [
  'exports.NAME = @',
  'exports.NAME = () => [@, USED]',
  'exports.NAME = function named() { return [@, USED] }',
  'module.exports.NAME = class { static s = @; v = USED }',
  'globalThis.acc = (globalThis.acc ?? 0) * 7 + @; exports.NAME = globalThis.acc',
  'exports.NAME = { get b() { return [@, USED] } }',
  'function inner() { return @ } exports.NAME = inner',
  "Object.defineProperty(exports, 'NAME', { enumerable: true, value: @ })",
  'exports.NAME = (function () { return [typeof this, @] })()',
]

export const EFFECTS: readonly string[] = [
  'globalThis.acc = (globalThis.acc ?? 0) * 3 + @',
  '(globalThis.log ??= []).push(@)',
  'Array.prototype.extra = () => @',
  'Object.defineProperty(globalThis, "g", { value: @, configurable: true }); globalThis.acc = globalThis.g',
  "if (typeof USED === 'object') Reflect.set(Object(USED), 'extra', @)",
  "if (typeof USED === 'function') Reflect.set(USED, 'extra', @)",
  'process.env.PERSIST_RANDOM = "@"; globalThis.acc = process.env.PERSIST_RANDOM.length + @',
  'for (const a of [@, 2]) globalThis.acc = a',
  'if (globalThis.acc > @) { globalThis.log = [] }',
  'try { globalThis.acc.none() } catch { globalThis.acc = @ }',
  'void (() => { globalThis.acc = @ })()',
  'class Effect@ { static a = (globalThis.acc = @) }',
  'class Effect@ { static { (globalThis.log ??= []).push(@) } }',
  'const { length: length@ = (globalThis.acc = @) } = []; const [a@ = (globalThis.acc = @)] = []',
  'delete globalThis.acc',
  '`${{ toString: () => (globalThis.acc = @) }}`',
]

/** Types alone, which are no code. */
export const TYPES: readonly string[] = [
  '⟨interface T { a: number }⟩',
  '⟨type A = string | { b: 1 }⟩',
  '⟨declare const a: 1⟩',
  "⟨import type { B } from './none.ts'⟩",
]

export const UNUSED: readonly string[] = [
  'const unused = @',
  'function unused() { return [@] }',
  'class Unused { a = @; static b() { return @ } }',
  'const unused = () => [@]',
  'let unused = [@, { a: @ }]',
  "const unused = function other() { return '@' }",
]

/** Shows a value with the names of functions, the results of calls, and what getters return. */
export const SHOW = String.raw`let calls = 0
const later = []
const shown = (value, depth) => {
  if (++calls > 2000 || depth > 7) return '…'
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return typeof value + ' ' + String(value)
  const parts = []
  const add = (one) => parts.push(one)
  if (typeof value === 'function') {
    add('function ' + value.name)
    if (value.constructor.name === 'AsyncFunction') later.push(value)
    else if (/^class\b/.test(Function.prototype.toString.call(value))) add(shown(new value(), depth + 1))
    else add(shown(value(), depth + 1))
  } else if (typeof value.next === 'function' || Array.isArray(value) || value instanceof Map) {
    for (const one of value) add(shown(one, depth + 1))
  } else if (value.constructor !== Object) add(String(value.constructor?.name))
  for (const key of Object.getOwnPropertyNames(value)) {
    if (/^(?:length|name|prototype|arguments|caller|\d+)$/.test(key)) continue
    add(key + ': ' + shown(value[key], depth + 1))
  }
  return '{' + parts.join(', ') + '}'
}
export const show = async (value) => {
  let all = shown(value, 0)
  for (const one of later) all += ' ' + shown(await one(), 0)
  return all
}
`
