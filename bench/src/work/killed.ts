import type { Opened } from '../peers/peer.ts'
import { PAYLOADS } from './payloads.ts'

/** The function of the killed writer. Writer and reader use the same source text. */
export async function killable(opened: Opened) {
  let ran = false
  const call = await opened.memoize('killed', (id) => {
    ran = true
    return PAYLOADS.megabyte(id as number)
  })
  const ranSince = () => {
    const before = ran
    ran = false
    return before
  }
  return { call, ranSince }
}
