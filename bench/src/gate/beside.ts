import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { undisturbed } from '../samples.ts'
import type { Found } from './rows.ts'

const PROGRAM = fileURLToPath(new URL('./hits-beside.js', import.meta.url))

/**
 * What functions with `trace` and `dependsOn` cost a function without both, compared with what functions with another option
 * cost it: any option makes entries and functions of a second form, for which the compiler makes slower code. Each block is
 * two new processes, since no process can forget that it had such functions.
 */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const hits = (others: 'versioned' | 'noticing') => {
    mkdirSync(join(folder, others), { recursive: true })
    return Number(execFileSync(process.execPath, [PROGRAM, join(folder, others), others], { encoding: 'utf8' }))
  }
  hits('versioned')
  hits('noticing')
  const pairs = Array.from({ length: blocks }, (_, block) => {
    // The first of two processes may find the machine in another state than the second.
    const first = block % 2 === 0 ? hits('versioned') : undefined
    const noticing = hits('noticing')
    return { noticing, versioned: first ?? hits('versioned') }
  })
  return {
    ratios: { 'beside-hit': pairs.map(({ noticing, versioned }) => noticing / versioned) },
    times: {
      'disk hit without trace and dependsOn, beside functions with both, µs': undisturbed(
        pairs.map(({ noticing }) => noticing),
      ),
      'the same beside functions with a version, µs': undisturbed(pairs.map(({ versioned }) => versioned)),
    },
  }
}
