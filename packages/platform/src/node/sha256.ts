import * as crypto from 'node:crypto'
import type { Platform } from '../platform.ts'

/** In one step, from Node 20.12 and 21.7 on: twice as fast for short strings. */
export const sha256InOneStep: Platform['sha256'] | undefined =
  typeof crypto.hash === 'function' ? (input, encoding) => crypto.hash('sha256', input, encoding) : undefined

/** In two steps, which every runtime has. */
export const sha256InTwoSteps: Platform['sha256'] = (input, encoding) =>
  crypto.createHash('sha256').update(input).digest(encoding)

export const sha256 = sha256InOneStep ?? sha256InTwoSteps
