// Makes two files of each entry point of a package, an ES module and one of CommonJS: Node takes half a millisecond for
// each file that it loads, and a program that finds its result in the cache should not wait for a hundred. What a package
// does not name among its dependencies becomes part of these files. An entry point with the condition `browser` gets a
// third file, for pages and edge runtimes. Run in the package's folder, after tsc.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeCommonJsDeclarations } from './declarations.mjs'
import { writeLicenses } from './licenses.mjs'

const { exports, dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const entries = Object.values(exports).filter((entry) => typeof entry === 'object')
const entryPoints = entries.map(sourceOf)
const webEntryPoints = entries.filter(({ browser }) => browser !== undefined).map(sourceOf)

/** Small packages and parts of `@persist/store` without state become part of each file, so a cold start loads fewer files. */
const inlined = {
  name: 'small packages without state',
  setup({ onResolve }) {
    onResolve({ filter: /^@persist\/store\/(kit|holder)$/ }, ({ path }) => ({
      path: join(process.cwd(), '../store/dist', `${path.split('/').at(-1)}.js`),
    }))
    onResolve({ filter: /^@persist\/hash$/ }, () => ({ path: join(process.cwd(), '../hash/dist/index.js') }))
  },
}

/**
 * In pages, the packages below core become part of its file: each has its own copy of the platform otherwise. A file
 * `name.web.ts` takes the place of `name.ts`.
 */
const forPages = {
  name: 'sources for pages',
  setup({ onResolve }) {
    onResolve({ filter: /^@persist\/(hash|key|pickle|store\/kit)$/ }, ({ path }) => {
      const [, name, entry = 'index'] = path.split('/')
      return { path: join(process.cwd(), '..', name, `src/${entry}.ts`), sideEffects: false }
    })
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const web = join(resolveDir, path.replace(/\.ts$/, '.web.ts'))
      return existsSync(web) ? { path: web, sideEffects: false } : undefined
    })
  },
}

const options = {
  entryPoints,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
}

const module = {
  ...options,
  format: 'esm',
  // Node compiles each file whole before it runs any of it: a cold start is 3 % faster. Source maps have the names.
  minify: true,
  // Node prints the line that threw above an uncaught error. A long line would hide the message.
  lineLimit: 160,
  sourcemap: true,
  // An ES module has no `require`, which the CommonJS file of this package calls for a module of Node.
  plugins: [aliasOf('lru-cache'), aliasOf('get-tsconfig'), inlined],
}
const modules = await build(module)

const webModules = await build({
  ...module,
  entryPoints: webEntryPoints,
  outExtension: { '.js': '.web.js' },
  platform: 'neutral',
  conditions: ['browser', 'module'],
  mainFields: ['browser', 'module', 'main'],
  // A bundler writes its own, and no line of it is printed.
  sourcemap: false,
  // What browsers and edge runtimes of 2023 understand.
  target: 'es2022',
  // A package without a web file may be built before the platform.
  inject: webEntryPoints.length === 0 ? [] : [join(process.cwd(), '../platform/dist/web/globals.js')],
  plugins: [forPages],
})

// For Jest, AWS Lambda and others that do not `require` ES modules. Readable, which is smaller than a source map.
const commonJs = await build({
  ...options,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'ownFile' },
  inject: [fileURLToPath(new URL('own-file.mjs', import.meta.url))],
  plugins: [inlined],
  // Jest has no `import()` unless it is asked for.
  supported: { 'dynamic-import': false },
})

// A source map is for our own code: that of others would be half of it.
const outputs = new Set([modules, webModules, commonJs].flatMap(({ metafile }) => Object.keys(metafile.outputs)))
for (const path of [...outputs].filter((name) => name.endsWith('.map'))) {
  const map = JSON.parse(readFileSync(path, 'utf8'))
  map.sourcesContent = map.sourcesContent.map((text, i) => (map.sources[i].includes('/node_modules/') ? null : text))
  writeFileSync(path, JSON.stringify(map))
}

for (const path of writeCommonJsDeclarations(entryPoints)) outputs.add(path)
for (const path of writeLicenses({ inputs: { ...modules.metafile.inputs, ...webModules.metafile.inputs } }))
  outputs.add(path)

// What an earlier build left, and declarations that no entry point leads to, are no part of the package.
for (const path of readdirSync('dist', { recursive: true }).map((name) => join('dist', name))) {
  if (statSync(path).isFile() && !outputs.has(path.replaceAll('\\', '/'))) rmSync(path)
}

function sourceOf(entry) {
  return entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
}

/** Takes the ES module of a package also where the package is required. */
function aliasOf(name) {
  return {
    name: `ES module of ${name}`,
    setup({ onResolve, resolve }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ kind, path, importer, resolveDir }) =>
        kind === 'require-call' ? resolve(path, { kind: 'import-statement', importer, resolveDir }) : undefined,
      )
    },
  }
}
