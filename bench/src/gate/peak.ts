import { execFileSync } from 'node:child_process'
import { HERE, MODULE } from './cold.ts'

const BYTES = 128 * 1024 * 1024

/**
 * The most memory that a miss and a hit of a large value take, over that of the same process before, compared with the size of
 * the value. The value of a miss counts, too. Each in a new process, since a process never forgets its peak.
 */
export function measurePeaks(folder: string): { readonly miss: number; readonly hit: number } {
  const run = (what: 'miss' | 'hit') => {
    const env = { ...process.env, WHAT: what }
    return Number(execFileSync(process.execPath, [...MODULE, program(folder)], { cwd: HERE, env }))
  }
  return { miss: run('miss'), hit: run('hit') }
}

/** One source text for both: a hit of edited source is reported. */
function program(folder: string): string {
  return `
    const { persist } = await import('@persist/core')
    const peak = () => process.resourceUsage().maxRSS * 1024
    const compute = (bytes) => {
      if (bytes > 1 && process.env.WHAT === 'hit') throw new Error('a miss')
      return new Uint8Array(bytes).fill(7)
    }
    const f = persist(compute, { funcname: 'peak', cache: ${JSON.stringify(`file://${folder}/peak`)} })
    f(1)
    f(1)
    const before = peak()
    if (f(${BYTES}).length !== ${BYTES}) process.exit(1)
    console.log((peak() - before) / ${BYTES})`
}
