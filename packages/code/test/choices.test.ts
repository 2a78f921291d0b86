import { describe, expect, test } from 'vitest'
import { type Files, Project } from './support/project.ts'

const manifest = (more: object) => JSON.stringify({ name: 'program', type: 'module', ...more })

/** Whether the state of `main.mjs` changes with the edit: as whole files, and with `of`. */
function changes(files: Files, edit: Files): [whole: boolean, of: boolean] {
  const project = new Project({ 'package.json': manifest({}), ...files })
  const digests = () => [project.read('main.mjs').digest, project.read('main.mjs', { of: ['f'] }).digest]
  const before = digests()
  project.write(edit)
  const after = digests()
  return [before[0] !== after[0], before[1] !== after[1]]
}

const MAIN = "import { v } from '#c'\nexport const f = () => v\n"
const BOTH = { 'a.mjs': 'export const v = 1\n', 'b.mjs': 'export const v = 2\n' }

describe('what chooses among the targets of an import counts', () => {
  const own = (imports: unknown) => manifest({ imports: { '#c': imports } })

  test.each([
    ['exchanged conditions', { node: './a.mjs', default: './b.mjs' }, { node: './b.mjs', default: './a.mjs' }],
    ['a renamed condition', { test: './a.mjs', default: './b.mjs' }, { node: './a.mjs', default: './b.mjs' }],
    ['the order of conditions', { node: './a.mjs', import: './b.mjs' }, { import: './b.mjs', node: './a.mjs' }],
  ])('%s of imports', (_, before, after) => {
    const files = { 'main.mjs': MAIN, ...BOTH, 'package.json': own(before) }
    expect(changes(files, { 'package.json': own(after) })).toEqual([true, true])
  })

  test('but no types', () => {
    const files = { 'main.mjs': MAIN, ...BOTH, 'package.json': own({ default: './a.mjs' }) }
    expect(changes(files, { 'package.json': own({ types: './a.d.ts', default: './a.mjs' }) })).toEqual([false, false])
  })

  test('and no other entry', () => {
    const files = { 'main.mjs': MAIN, ...BOTH, 'package.json': manifest({ imports: { '#c': './a.mjs' } }) }
    const edit = { 'package.json': manifest({ imports: { '#c': './a.mjs', '#d': './b.mjs' } }) }
    expect(changes(files, edit)).toEqual([false, false])
  })

  test('main and module of a folder that are exchanged', () => {
    const lib = (main: string, module: string) => JSON.stringify({ name: 'lib', main, module })
    const files = {
      'main.mjs':
        "import { createRequire } from 'node:module'\nexport const f = () => createRequire(import.meta.url)('./lib')\n",
      'lib/package.json': lib('a.mjs', 'b.mjs'),
      'lib/a.mjs': BOTH['a.mjs'],
      'lib/b.mjs': BOTH['b.mjs'],
    }
    expect(changes(files, { 'lib/package.json': lib('b.mjs', 'a.mjs') })).toEqual([true, true])
  })
})

describe('with of, what a bundle does not show counts', () => {
  const INSTALLED = {
    'node_modules/setup/package.json': '{"name":"setup","version":"1.0.0"}',
    'node_modules/setup/index.js': '',
  }
  const CONFIG = { 'config.mjs': 'export const v = process.env.SIZE\n' }

  test('whether a package is evaluated before or after a file of the program', () => {
    const main = (...imports: string[]) => `${imports.join('\n')}\nexport const f = () => v\n`
    const [setup, config] = ["import 'setup'", "import { v } from './config.mjs'"]
    const files = { ...INSTALLED, ...CONFIG, 'main.mjs': main(config, setup) }
    expect(changes(files, { 'main.mjs': main(setup, config) })).toEqual([true, true])
  })

  test('the targets of names that a required file uses', () => {
    const own = (a: string, b: string) => manifest({ imports: { '#a': a, '#b': b } })
    const files = {
      'package.json': own('./a.cjs', './b.cjs'),
      'main.mjs':
        "import { createRequire } from 'node:module'\nconst w = createRequire(import.meta.url)('./w.cjs')\nexport const f = () => w\n",
      'w.cjs': "module.exports = require('#a') + require('#b')\n",
      'a.cjs': "module.exports = 'a'\n",
      'b.cjs': "module.exports = 'b'\n",
    }
    expect(changes(files, { 'package.json': own('./b.cjs', './a.cjs') })).toEqual([true, true])
  })
})

test('require in a conditional of one line is named', () => {
  const main = "const r = typeof __webpack_require__ === 'function' ? __non_webpack_require__ : require\nr('./a.cjs')\n"
  const project = new Project({ 'package.json': '{"name":"program"}', 'main.cjs': main, 'a.cjs': '' })
  expect(project.names('main.cjs').some((name) => name.includes('not followed'))).toBe(true)
})
