import { describe, expect, it } from 'vitest'
import { Project } from './support/project.ts'

const PACKAGE = '{"name":"program"}'
const MODULE = "import m, { createRequire } from 'node:module'\n"

/** Whether an edit of `./leaf.cjs` is seen, and whether something is named as not followed. */
function read(text: string, main: string, leaf = 'leaf.cjs') {
  const project = new Project({ 'package.json': PACKAGE, [main]: text, [leaf]: 'module.exports = 1' })
  const before = project.read(main)
  project.write({ [leaf]: 'module.exports = 2' })
  const named = before.parts.filter(({ name }) => name.includes('not followed'))
  return { isSeen: project.read(main).digest !== before.digest, isNamed: named.length > 0 }
}

describe('followed:', () => {
  it.each<[text: string, main?: string, leaf?: string]>([
    ["(require)('./leaf.cjs')"],
    ["(require as NodeJS.Require)('./leaf.cjs')", 'main.cts'],
    ["require<any>('./leaf.cjs')", 'main.cts'],
    ["(0, module.require)('./leaf.cjs')"],
    ["(module.require)('./leaf.cjs')"],
    ["require /* why */ ('./leaf.cjs')"],
    ["require( // why\n'./leaf.cjs')"],
    ["const load = require // why\nload('./leaf.cjs')"],
    ["const load = (require)\nload('./leaf.cjs')"],
    ["const load = require as any\nload('./leaf.cjs')", 'main.cts'],
    ['require("./it\'s.cjs")', 'main.cjs', "it's.cjs"],
    ["require('./$leaf.cjs')", 'main.cjs', '$leaf.cjs'],
    [`${MODULE}const make = m.createRequire\nconst load = make(import.meta.url)\nload('./leaf.cjs')`, 'main.mjs'],
    ["new Worker(new URL(/* why */ './leaf.cjs', import.meta.url))", 'main.mjs'],
    ["new Worker(new URL('./leaf.cjs' /* why */, /* why */ import.meta.url))", 'main.mjs'],
    ["new Worker(new globalThis.URL('./leaf.cjs', import . meta . url))", 'main.mjs'],
    ['new Worker(new URL("./it\'s.cjs", import.meta.url))', 'main.mjs', "it's.cjs"],
    ["new Worker(URL.parse('./leaf.cjs', import.meta.url))", 'main.mjs'],
    ["const U = URL\nnew Worker(new U('./leaf.cjs', import.meta.url))", 'main.mjs'],
    ["new Worker(new (globalThis['URL'])('leaf.cjs', import.meta.url))", 'main.mjs'],
    ["m.register('./leaf.cjs', import.meta.url)", 'main.mjs'],
    ["import.meta.resolve(/* why */ './leaf.cjs')", 'main.mjs'],
    ["import.meta.resolveSync('./leaf.cjs')", 'main.mjs'],
    [`${MODULE}createRequire(new URL('./', import.meta.url))('./leaf.cjs')`, 'main.mjs'],
    ["require('module').createRequire(require('url').pathToFileURL(__filename))('./leaf.cjs')"],
    ["require('module').createRequire('file://' + __filename)('./leaf.cjs')"],
    ["require('module').createRequire(__dirname + '/x.js')('./leaf.cjs')"],
    ["require('./it\\'s.cjs')", 'main.cjs', "it's.cjs"],
    ["require('.\\u{2f}l\\x65\\u0061f.cjs')"],
    ["await import('./leaf.cjs')\n{\n}", 'main.mjs'],
    ["await import('./leaf.cjs', {})\n{\n}", 'main.mjs'],
    ['import leaf from /* " */ "./leaf.cjs" // "', 'main.mjs'],
    ["import { 'from' as leaf } from './leaf.cjs'\nconst text = <a>it's</a>", 'main.jsx'],
    ["import leaf from './it\\'s.cjs'\nconst text = <a>it's</a>", 'main.jsx', "it's.cjs"],
    ["import /* why */ ('./leaf.cjs')\nconst text = <a>it's</a>", 'main.jsx'],
  ])('%s', (text, main = 'main.cjs', leaf) => {
    expect(read(text, main, leaf)).toEqual({ isSeen: true, isNamed: false })
  })
})

describe('named as not followed:', () => {
  it.each<[text: string, main?: string]>([
    ["const o = { r: require }\no.r('./leaf.cjs')"],
    ["module['require']('./leaf.cjs')"],
    ["require.call(null, './leaf.cjs')"],
    ["const load = require.bind(null)\nload('./leaf.cjs')"],
    ["['./leaf.cjs'].map(require)"],
    ["const f = (load = require) => load('./leaf.cjs')"],
    ["const f = () => require\nf()('./leaf.cjs')"],
    ["const load = typeof require === 'function' ? require : undefined\nload('./leaf.cjs')"],
    ["const { resolve } = require\nrequire('node:fs').readFileSync(resolve('./leaf.cjs'))"],
    ["const { require: load } = module\nload.call(module, './leaf.cjs')"],
    ["module.constructor._load('./leaf.cjs', module)"],
    [`${MODULE}const f = () => createRequire(import.meta.url)\nf()('./leaf.cjs')`, 'main.mjs'],
    [`${MODULE}const o = { r: createRequire(import.meta.url) }\no.r('./leaf.cjs')`, 'main.mjs'],
    [`${MODULE}const load = m['createRequire'](import.meta.url)\nload('./leaf.cjs')`, 'main.mjs'],
    ['import.meta.resolve(process.argv[2])', 'main.mjs'],
    ["require('./'.concat(name, '.cjs'))"],
    ["(0, require)('./'.concat(name, '.cjs'))"],
    ["(0, module.require)('./'.concat(name, '.cjs'))"],
    ["require('./' /* why */ + name)"],
    ["require('./leaf-x.cjs'.replace('-x', ''))"],
    ['require(`./leaf-x.cjs`.replace(`-x`, ``))'],
    ["require('./leaf.cjs' satisfies string)", 'main.cts'],
    [`${MODULE}const load = createRequire(process.cwd() + '/')\nload('./leaf.cjs')`, 'main.mjs'],
    [`${MODULE}createRequire(new URL('./lib/', import.meta.url))('./leaf.cjs')`, 'main.mjs'],
    [`${MODULE}createRequire(new URL('..', import.meta.url))('./leaf.cjs')`, 'main.mjs'],
  ])('%s', (text, main = 'main.cjs') => {
    expect(read(text, main).isNamed).toBe(true)
  })

  it('the names after the first 200, in a bundle of many files that make the function each', () => {
    const files = Array.from(
      { length: 1_000 },
      (_, n) => `const r${n} = createRequire(import.meta.url)\nr${n}('./leaf.cjs')`,
    )
    expect(read(files.join('\n'), 'main.mjs')).toEqual({ isSeen: true, isNamed: true })
  })
})

describe('no way to require:', () => {
  it.each([
    'define(function (require, exports, module) {})',
    'const f = (require, module) => module',
    "const conditions = { require: './a.cjs', import: './a.mjs' }",
    "const conditions = x ? ['import'] : ['require']",
    'function require(name) {}',
    'require.main === module && require.cache',
    "// We require a name, and (if there is one) a version.\nconst required = 1, requires = 'require'",
  ])('%s', (text) => {
    expect(read(text, 'main.cjs').isNamed).toBe(false)
  })
})
