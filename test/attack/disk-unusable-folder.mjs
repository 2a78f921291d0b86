// A thousand calls over a folder that cannot be used: each has its value, nothing hangs, and few lines are said.
// Run: node test/attack/disk-unusable-folder.mjs
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PLACES = [
  'file:///proc/x',
  'file:///proc/x/y/z',
  '/dev/null/x',
  '/etc/passwd/x',
  `/tmp/${'x'.repeat(300)}`,
  '/sys/x',
]

if (process.argv[2] === 'calls') {
  const { persist } = await import('@persist/core')
  let runs = 0
  const double = persist((x) => 2 * x + 0 * ++runs, { funcname: 'double', cache: process.argv[3] })
  const start = performance.now()
  for (let x = 0; x < 1000; x++) if (double(x) !== 2 * x) throw new Error(`${x}: a wrong value`)
  console.log(`1,000 calls, ${runs} runs, ${Math.round(performance.now() - start)} ms`)
  process.exit()
}

let failed = false
for (const place of PLACES) {
  const args = [fileURLToPath(import.meta.url), 'calls', place]
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
  const lines = stderr.trim().split('\n').filter(Boolean)
  failed ||= signal !== null || !stdout.includes('1,000 runs') || lines.length > 5
  console.log(
    `${place.slice(0, 40)}: ${signal ?? stdout.trim()}, ${lines.length} lines of trouble, such as: ${lines[0] ?? ''}`,
  )
}
process.exitCode = failed ? 1 : 0
