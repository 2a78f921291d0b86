// Makes the command and the files of its page. Each command is a separate file, which is loaded when it runs.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const command = await build({
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
  metafile: true,
})

// The page loads only one script and one style sheet.
const page = await build({
  entryPoints: { page: 'src/web/browser/main.ts', style: 'src/web/browser/style.css' },
  outdir: 'dist/web',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
  metafile: true,
})

// Removes files of an earlier build at the end, so that a command that runs at this moment finds its files.
const made = new Set([...Object.keys(command.metafile.outputs), ...Object.keys(page.metafile.outputs)])
for (const name of readdirSync('dist', { recursive: true })) {
  const path = join('dist', name)
  if (statSync(path).isFile() && !made.has(path.replaceAll('\\', '/'))) rmSync(path)
}
