// Runs the census twice, each time in a new process. The second run finds everything in the cache.
//   pnpm start                                   in ./persist
//   pnpm start --cache mongodb://127.0.0.1/app   in MongoDB
//   pnpm start --root some/folder                of other files
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

interface Pass {
  readonly files: number
  readonly hits: number
  readonly misses: number
  readonly savedMs: number
  readonly elapsedMs: number
}

const { values } = parseArgs({
  options: { cache: { type: 'string', default: 'file://persist' }, root: { type: 'string', default: 'node_modules' } },
})

const first = await pass('First')
const second = await pass('Second')
const faster = first.elapsedMs / second.elapsedMs
console.log(
  `The second pass took ${seconds(second.elapsedMs)} instead of ${seconds(first.elapsedMs)}: ${faster.toFixed(1)} times as fast.`,
)

async function pass(title: string): Promise<Pass> {
  console.log(`\n${title} pass, in a new process:`)
  const child = fork(fileURLToPath(new URL('pass.js', import.meta.url)), [values.root, values.cache])
  let report: Pass | undefined
  child.on('message', (message) => {
    report = message as Pass
  })
  const status = await new Promise((resolve) => child.on('exit', resolve))
  if (status !== 0 || report === undefined) throw new Error(`the pass failed with status ${status}`)
  const { files, hits, misses, savedMs, elapsedMs } = report
  console.log(
    `${files} files: ${hits} from the cache, ${misses} computed, in ${seconds(elapsedMs)}; ${seconds(savedMs)} of computing saved.`,
  )
  return report
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
