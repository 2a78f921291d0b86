// Makes one file of each entry point of a package: Node takes half a millisecond for each file that it loads, and a
// program that finds its result in the cache should not wait for a hundred. Run in the package's folder, after tsc.
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const entryPoints = Object.values(exports)
  .filter((entry) => typeof entry === 'object')
  .map((entry) => entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))

await build({
  entryPoints,
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
})
