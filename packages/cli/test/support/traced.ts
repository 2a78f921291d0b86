import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@persist/hash'
import { diskStore } from '@persist/store-disk'

const PAYLOAD = '{"v":1,"json":1}'
const digestOf = (content: string) => sha256(content).slice(0, 22)

/**
 * Entries with inputs, all as they were: `site` has read a variable that is not set and a file, and called `page`, which has
 * called `title`. Returns hashes.
 */
export function fillTraced(cwd: string): { readonly site: string; readonly page: string; readonly title: string } {
  const hashes = { site: 'site-1', page: 'page-1', title: 'title-1' }
  const call = (funcname: keyof typeof hashes) =>
    `call ${digestOf(PAYLOAD)} - ${JSON.stringify([funcname, hashes[funcname], ''])}`
  writeFileSync(join(cwd, 'a b.md'), 'text')
  putTraced(cwd, 'title', { hash: hashes.title, inputs: [] })
  putTraced(cwd, 'page', { hash: hashes.page, inputs: [call('title')] })
  const read = ['env absent c2FsdA THEME', `file ${digestOf('text')} 12,1.5,2.25,3 a b.md`]
  putTraced(cwd, 'site', { hash: hashes.site, inputs: [...read, call('page')] })
  return hashes
}

/** Stores a result with inputs. */
export function putTraced(
  cwd: string,
  funcname: string,
  entry: { readonly hash: string; readonly inputs: readonly string[]; readonly payload?: string },
): void {
  diskStore(join(cwd, 'persist'))
    .open(funcname)
    .set({ payload: PAYLOAD, createdAt: 1_000, ...entry })
}
