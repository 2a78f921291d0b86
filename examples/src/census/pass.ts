// One pass over all files, in its own process. Prints a table, and one line of JSON for run.ts.
import { persist } from '@persist/core'
import cliProgress from 'cli-progress'
import { type Analysis, analyze } from './analyze.ts'
import { declarationFiles, type SourceFile } from './files.ts'
import { printTable } from './table.ts'

const [root = '.', cache = 'file://persist'] = process.argv.slice(2)

const census = persist((file: SourceFile) => analyze(file), {
  funcname: 'census',
  cache,
  // The root may move, so the key is the path below it and the content.
  key: ({ path, sha256 }) => ({ path, sha256 }),
})

const files = declarationFiles(root)
const bar = new cliProgress.SingleBar(
  { format: '{bar} {value}/{total} {path}', stream: process.stderr, noTTYOutput: false, clearOnComplete: true },
  cliProgress.Presets.shades_classic,
)
const began = performance.now()
const results: [SourceFile, Analysis][] = []
bar.start(files.length, 0, { path: '' })
for (const file of files) {
  results.push([file, await census(file)])
  bar.increment({ path: file.path.slice(-60) })
}
bar.stop()
const elapsedMs = performance.now() - began

printTable(results)
const { hits, misses, savedMs } = await census.stats()
process.send?.({ files: files.length, hits, misses, savedMs, elapsedMs })
