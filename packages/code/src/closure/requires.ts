import { all, COMMENTS, count, escaped, QUOTED } from './patterns.ts'

/** What may stand before `createRequire`: `m.`, `require('module').`, `(await import('module')).` */
const OWNER = String.raw`(?:(?:\(\s*await\s+import\s*\([^()\n]{0,99}\)\s*\)|[\w$]{1,99}(?:\s*\([^()\n]{0,99}\))?)\s*\.\s*)*`
const NAMED = String.raw`(?<![\w$])([\w$]{1,99})\s*(?::[^=;\n{}]{1,99})?=\s*`
/** Another name for `require`. */
const OTHER_NAME = new RegExp(String.raw`${NAMED}\(?require\s*\)?(?:\s*(?:[;,\n!]|//|/\*|as\s)|$)`, 'g')
/** The name of what `createRequire` returned. */
const madeName = (maker: string) => new RegExp(String.raw`${NAMED}${OWNER}${maker}\s*\(`, 'g')
/** `createRequire(import.meta.url)`, as the function of a call. */
const atOnce = (maker: string) => String.raw`(?<![\w$])${maker}\s*\((?:[^()]|\([^()]*\))*\)`
/** Another name of `createRequire`: `{ createRequire as name }`, `{ createRequire: name }`, `name = m.createRequire`. */
const OTHER_MAKERS = [
  /\bcreateRequire\s*(?:as\s|:)\s*([\w$]{1,99})/g,
  new RegExp(String.raw`${NAMED}${OWNER}createRequire\s*(?:[;,\n]|$)`, 'g'),
]
/** Other ways to the function: `module['require']`, `m['createRequire']`, `Module._load('./a.js')`, `{ require: r } = module`. */
const HIDDEN =
  /[\w$)\]]\s*\[\s*(['"`])(?:require|createRequire)\1\s*\]|\.\s*_load\s*\(|\{[^{}\n]{0,99}\brequire\s*:[^{}\n]{1,99}\}\s*=\s*module\b/g
const OWN_PLACE = /\bimport\s*\.\s*meta\b|\b__(?:file|dir)name\b|\bmodule\s*\.\s*filename\b/
/** A string with a path that leaves the folder, or enters one in it; not `'./'`, and not `file://`. */
const OTHER_FOLDER = /['"`][^'"`\n]*(?:\.\.|[^.:/'"`\n]\/)/
/** The parameters of functions, which may be called `require`. None has a default. */
const PARAMETERS = /\bfunction\b[\s\w$*]{0,99}\([^()=]*\)|\([^()=]*\)\s*=>/g
/** The function by which esbuild's bundles require what it has not bundled. */
const SHIM = /\btypeof require !== "undefined" \? require :|\breturn require\.apply\(this, arguments\)/g

/** A pattern with thousands of names takes minutes, or is refused. More names than these are not followed. */
const MOST_NAMES = 200

/** What a file requires. */
interface Requires {
  readonly specifiers: readonly string[]
  /** The number of calls whose target only the running program knows. */
  readonly opaque: number
  /** Whether it calls `require` also by another name, which bundlers do not follow. */
  readonly hasOtherNames: boolean
}

export function requires(source: string): Requires {
  if (!/require|_load/i.test(source)) return { specifiers: [], opaque: 0, hasOtherNames: false }
  const otherMakers = OTHER_MAKERS.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name!))
  const makers = [...new Set(['createRequire', ...otherMakers])]
  const maker = oneOf(makers)
  const made = [...source.matchAll(madeName(maker))].map(([, name]) => name!)
  const others = [...source.matchAll(OTHER_NAME)].map(([, name]) => name!)
  const shims = source.includes('var __require =') ? ['__require'] : []
  const known = [...new Set(['require', ...shims, ...made, ...others])]
  const names = String.raw`(?<![\w$])${oneOf(known)}`
  const inParentheses = String.raw`\(\s*(?:0\s*,\s*|\(\s*|<[\w.]{1,99}>\s*)?(?:module\s*\.\s*)?${names}\s*(?:as\s+[\w.]{1,99}\s*)?\)(?:\s*\))?`
  const callees = [names, inParentheses, atOnce(maker)].join('|')
  const call = String.raw`(?:\.resolve)?\s*${COMMENTS}(?:<[^<>()\n]{0,99}>\s*)?(?:\?\.)?\(\s*${COMMENTS}`
  const specifiers = all(source, new RegExp(String.raw`(?:${callees})${call}${QUOTED}\s*${COMMENTS}[,)]`, 'g'))
  // `'./' + name`, `'./'.concat(name)`, and `./${name}`.
  const begun = String.raw`(?<begun>['"${'`'}])(?:\\[^\n]|(?!\k<begun>|\$\{)[^\\\n])*\k<begun>\s*${COMMENTS}(?![\s,)/])|${'`'}[^${'`'}]{0,999}?\$\{`
  // Not `function require(…)`, and not `require()`.
  const computed = String.raw`(?:(?<!function\s+|(?<!\bmodule)\.)${names}|${inParentheses})${call}(?!/[*/])(?:[^'"${'`'}\s)]|${begun})`
  const withoutShims = shims.length > 0 ? source.replace(SHIM, '') : source
  const body = withoutShims.replace(PARAMETERS, (found) => (found.endsWith('>') ? '()=>' : 'function()'))
  const opaque =
    Math.max(0, makers.length - MOST_NAMES) +
    Math.max(0, known.length - MOST_NAMES) +
    count(source, new RegExp(computed, 'g')) +
    count(body, asValue(names)) +
    unnamed(body, maker) +
    elsewhere(body, maker) +
    count(source, HIDDEN)
  const hasOtherNames = others.length > 0 || /createRequire|\bmodule\s*\.\s*require\b/.test(source)
  return { specifiers, opaque, hasOtherNames }
}

/** Any of some names, as a part of a pattern. */
function oneOf(names: readonly string[]): string {
  return `(?:${names.slice(0, MOST_NAMES).map(escaped).join('|')})`
}

/** The calls of `createRequire` that may look from another folder than that of the file: `createRequire(process.cwd())`. */
function elsewhere(source: string, maker: string): number {
  const calls = [...source.matchAll(new RegExp(atOnce(maker), 'g'))]
  return calls.filter(([call]) => !OWN_PLACE.test(call) || OTHER_FOLDER.test(call)).length
}

/** Uses of the function other than a call: as an argument, in an object, `require.call(…)`. */
function asValue(names: string): RegExp {
  const before = String.raw`(?:(?<!(?<![=!])=\s*)\(|[,[?|&{]|:|=>|\breturn\b|(?<![=!])=(?!\s*\(?require\s*\)?\s*(?:[;,\n!]|//|/\*|as\s|$)))\s*`
  const after = String.raw`\s*(?:as\s+[\w.]{1,99}\s*)?(?:[)\]},;|]|$)`
  const value = String.raw`${before}(?:<\w{1,99}>\s*)?(?:module\s*\.\s*)?${names}${after}(?!\s*(?:\.resolve\s*)?\()`
  const ofTwo = String.raw`\?\s*${names}\s*:`
  const method = String.raw`${names}\s*\.\s*(?:call|apply|bind)\b`
  const resolve = String.raw`\{[^{}\n]{0,99}\bresolve\b[^{}\n]{0,99}\}\s*=\s*${names}\s*(?:[;,\n]|$)`
  return new RegExp([value, ofTwo, method, resolve].join('|'), 'gm')
}

/** The calls of `createRequire` whose function has no name here, and is not called at once. */
function unnamed(source: string, maker: string): number {
  const calls = count(source, new RegExp(String.raw`(?<![\w$])${maker}\s*\(`, 'g'))
  const followed = new RegExp(String.raw`${atOnce(maker)}(?:\.resolve)?\s*(?:\?\.)?\(`, 'g')
  return Math.max(0, calls - count(source, madeName(maker)) - count(source, followed))
}
