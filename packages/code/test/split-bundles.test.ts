import { expect, test } from 'vitest'
import { type Files, Project } from './support/project.ts'

// Bundlers that split a program load its chunks by names that the runtime computes.

const RUNTIME = 'module.exports = (id) => require("./chunks/" + r.u(id))'

test.each<[string, string, Files]>([
  [
    'webpack, CommonJS',
    'out/pages/page.js',
    {
      'out/webpack-runtime.js': RUNTIME,
      'out/pages/page.js': 'exports.id=9,exports.ids=[9],exports.modules={1(e){}};require("../webpack-runtime.js")',
      'out/chunks/1.js': '"use strict";exports.id=1,exports.ids=[1],exports.modules={2(e){}};',
      'out/chunks/deep/2.js': 'exports.ids = ["a/b"];\nexports.modules = {\n\n/***/ "./a.ts"\n}',
    },
  ],
  [
    'webpack, minified by Next',
    'out/chunks/1.js',
    {
      'out/runtime.js': 'g.f.require=(a,b)=>{c[a]||(311!=a?d(require("./chunks/"+g.u(a))):c[a]=1)}',
      'out/pages/page.js': '(()=>{var a={};a.id=974,a.ids=[974],a.modules={235:(a,b,c)=>{}}})()',
      'out/chunks/1.js': 'exports.id=1,exports.ids=[1],exports.modules={2(e){}};',
    },
  ],
  [
    'webpack, chunks beside a runtime in a folder',
    'out/1.js',
    {
      'out/1.js': 'exports.ids = [1];\nexports.modules = {}',
      'out/2.js': 'exports.ids = [2];\nexports.modules = {}',
      'out/entry/main.js': 'var installedChunk = require("../" + __webpack_require__.u(chunkId));',
    },
  ],
  [
    'webpack, with dense numbers of modules, as by default in version 4',
    'out/main.js',
    {
      'out/main.js': 'var chunk = require("./" + ({"1":"a"}[chunkId]||chunkId) + ".js");',
      'out/1.js': 'exports.ids = [1];\nexports.modules = [\n/* 0 */,\n/* 1 */\n/***/ ((module) => {})\n];',
      'out/2.js': 'exports.ids=[2],exports.modules=Array(9).concat([(e,t)=>{}])',
    },
  ],
  ...[
    'r=require("./"+n+".main.js"),o=r.modules,u=r.ids;',
    'r=require("./"+{0:"984a",2:"c4c6"}[n]+".js"),o=r.modules,u=r.ids;',
    'f=require("path").join(__dirname,"/"+n+".main.js");read(f,()=>{var o=r.modules,u=r.ids})',
  ].map((runtime): [string, string, Files] => [
    `webpack of version 4, with the runtime ${runtime}`,
    'out/1.main.js',
    { 'out/main.js': runtime, 'out/1.main.js': 'exports.ids=[1],exports.modules={}' },
  ]),
  [
    'webpack, ES modules',
    'out/c/1.mjs',
    {
      'out/main.mjs': 'let {__webpack_esm_ids__, __webpack_esm_modules__} = data;',
      'out/c/1.mjs': 'export const __webpack_esm_ids__=[1];export const __webpack_esm_modules__={1(e){}};',
      'out/c/2.mjs': 'export const __webpack_ids__ = [2];\nexport const __webpack_modules__ = {\n};',
    },
  ],
  [
    'Rspack',
    'out/main.cjs',
    {
      'out/main.cjs': 'for(var i=0;i<t.length;i++)o[t[i]]=1})(require("./"+s.u(e)))',
      'out/389.cjs': '"use strict";exports.ids=[389],exports.modules={434(e,t,r){}}',
    },
  ],
  [
    'Rspack, ES modules',
    'out/c/1.mjs',
    {
      'out/main.mjs': 'n=e=>{var o,r,t=e.__rspack_esm_ids,n=e.__webpack_modules__}',
      'out/c/1.mjs': 'export const __rspack_esm_ids=[389];export const __webpack_modules__={434(e,t,r){}}',
    },
  ],
  [
    'chunks that are read and run, as for the target async-node',
    'out/main.js',
    {
      'out/main.js': 'var a=require("path").join(__dirname,""+n.u(r));require("fs").readFile(a,"utf-8",run)',
      'out/807.js': '"use strict";exports.ids=[807],exports.modules={807(s,e,t){t.d(e,["x",0,1])}};',
    },
  ],
  [
    'Turbopack',
    'server/chunks/ssr/a._.js',
    {
      'server/chunks/[turbopack]_runtime.js': 'var RUNTIME_PUBLIC_PATH = "server/chunks/[turbopack]_runtime.js";',
      'server/chunks/ssr/[turbopack]_runtime.js':
        'const RUNTIME_PUBLIC_PATH = "server/chunks/ssr/[turbopack]_runtime.js";',
      'server/chunks/ssr/a._.js': 'module.exports=[21950,a=>{"use strict"}];',
      'server/chunks/b._.js': 'module.exports = [\n"[project]/lib/b.ts [app-route] (ecmascript)", (() => {}),\n];',
    },
  ],
])('all chunks of a bundle count: %s', (_, entry, files) => {
  const others = {
    'package.json': '{"name":"program"}',
    'out/own.js': 'exports.a = 1',
    'server/own.js': '',
    'above.js': RUNTIME,
  }
  const project = new Project({ ...others, ...files })
  const found = project.names(entry).filter((name) => !name.includes(' '))
  expect(found).toEqual([...Object.keys(files).map((path) => `./${path}`), 'imports'].sort())
  const before = project.read(entry).digest
  for (const [path, text] of Object.entries(files)) {
    project.write({ [path]: `${text}\n// edited` })
    expect(project.read(entry).digest).not.toBe(before)
    project.write({ [path]: text })
    expect(project.read(entry).digest).toBe(before)
  }
})

test('a page and a route, in two chunks of one bundle, have the same digest', () => {
  const project = new Project({
    'package.json': '{"name":"program"}',
    'out/runtime.js': RUNTIME,
    'out/page.js': 'exports.ids=[1],exports.modules={};require("./runtime.js")',
    'out/route.js': 'exports.ids=[2],exports.modules={};require("./runtime.js")',
    'out/chunks/3.js': 'exports.ids=[3],exports.modules={}',
  })
  expect(project.read('out/page.js')).toEqual(project.read('out/route.js'))
})

test('an array of a module of CommonJS is no chunk', () => {
  const list = 'module.exports = [1, 2]'
  const project = new Project({ 'package.json': '{"name":"program"}', 'a.js': list, 'b.js': list })
  expect(project.names('a.js')).toEqual(['./a.js', 'imports'])
})

test('a module that resembles a chunk takes no bundle in other folders for its own', () => {
  const chunk = 'exports.ids=[1],exports.modules={}'
  const project = new Project({
    'package.json': '{"name":"program"}',
    'src/list.js': 'module.exports = ["config", (config) => config]',
    'lib/chunk.js': chunk,
    'dist/main.js': RUNTIME,
    'dist/chunks/1.js': chunk,
  })
  expect(project.names('src/list.js')).toEqual(['./src/list.js', 'imports'])
  expect(project.names('lib/chunk.js')).toEqual(['./lib/chunk.js', 'imports'])
})

test('a runtime is not looked for in a folder with thousands of files', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => [`data/${index}.txt`, ''] as const)
  const files = { 'package.json': '{"name":"program"}', 'out/1.js': 'exports.ids=[1],exports.modules={}' }
  const runtime = { 'entry/main.js': 'require("../out/" + r.u(id))' }
  expect(new Project({ ...files, ...runtime }).names('out/1.js')).toContain('./entry/main.js')
  const large = new Project({ ...files, ...runtime, ...Object.fromEntries(many) })
  expect(large.names('out/1.js')).toEqual(['./out/1.js', 'imports'])
})

test('only files with a name of JavaScript are parts of bundles', () => {
  const fixture = 'export const chunk = `exports.ids=[1],exports.modules={}`'
  const project = new Project({ 'package.json': '{"name":"program"}', 'a.ts': fixture, 'b.js': fixture })
  expect(project.names('a.ts')).toEqual(['./a.ts', 'imports'])
})
