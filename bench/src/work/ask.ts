import { isDeepStrictEqual } from 'node:util'
import type { Call } from '../peers/peer.ts'

/** The end of a call, compared with the expected result. */
export type Answer = 'right' | 'wrong' | 'threw' | 'hung'

const TIMEOUT_MS = 5_000

/** Calls and compares. A promise that takes too long counts as hung. */
export async function ask(call: Call, args: readonly unknown[], expected: unknown): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'hung'>((resolve) => {
    timer = setTimeout(resolve, TIMEOUT_MS, 'hung')
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
