// Makes one file of each entry point of a package: Node takes half a millisecond for each file that it loads, and a
// program should not load a hundred files for a hit. Run it in the package's folder, after tsc.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const entryPoints = Object.values(exports)
  .filter((entry) => typeof entry === 'object')
  .map((entry) => entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))

const options = {
  entryPoints,
  outbase: 'src',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Node compiles a whole file before it runs it, so a cold start is 3 % faster. The source maps have the names.
  minify: true,
  // Node prints the line that threw above an uncaught error. A long line would hide the message.
  lineLimit: 160,
  sourcemap: true,
  logLevel: 'warning',
  metafile: true,
}
const { metafile } = await build({ ...options, outdir: 'dist' })
const outputs = new Set(Object.keys(metafile.outputs))

// No bundler follows `createRequire`, which loads modules on first use. Under the condition `module`, which bundlers know and
// Node does not, a package uses `x-statically.ts` instead of each `x-lazily.ts`.
if (Object.values(exports).some((entry) => entry.module !== undefined)) {
  const statically = {
    name: 'statically',
    setup({ onResolve }) {
      onResolve({ filter: /-lazily\.ts$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.replace(/-lazily\.ts$/, '-statically.ts')),
      }))
    },
  }
  const bundled = await build({ ...options, outdir: 'dist/bundled', sourcemap: false, plugins: [statically] })
  for (const output of Object.keys(bundled.metafile.outputs)) outputs.add(output)
}

// Files of an earlier build that this one did not write are not part of the package.
for (const path of readdirSync('dist', { recursive: true }).map((name) => join('dist', name))) {
  const isStale = path.endsWith('.d.ts')
    ? !existsSync(path.replace(/^dist/, 'src').replace(/\.d\.ts$/, '.ts'))
    : /\.js(\.map)?$/.test(path) && !outputs.has(path.replaceAll('\\', '/'))
  if (isStale) rmSync(path)
}
