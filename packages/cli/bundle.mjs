// Makes the command and the files of its page. What a command needs is loaded when that command runs: each is a file.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })

await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
})

// The page takes nothing from elsewhere: one script, one style sheet.
await build({
  entryPoints: { page: 'src/page/browser/main.ts', style: 'src/page/browser/style.css' },
  outdir: 'dist/page',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
})
