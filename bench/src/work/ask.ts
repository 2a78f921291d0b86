import { isDeepStrictEqual } from 'node:util'
import type { Call } from '../peers/peer.ts'

/** How a call ended, judged by what it should have been. */
export type Answer = 'right' | 'wrong' | 'threw' | 'hung'

const PATIENCE_MS = 5_000

/** Calls and judges; a promise that takes too long counts as hung. */
export async function ask(call: Call, args: readonly unknown[], expected: unknown): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'hung'>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, 'hung')
  })
  try {
    return await Promise.race([late, judged(call, args, expected)])
  } catch {
    return 'threw'
  } finally {
    clearTimeout(timer)
  }
}

async function judged(call: Call, args: readonly unknown[], expected: unknown): Promise<Answer> {
  return isDeepStrictEqual(await call(...args), expected) ? 'right' : 'wrong'
}
