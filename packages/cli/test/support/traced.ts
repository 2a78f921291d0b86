import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'

/** Entries with inputs: `site` has read a variable and a file and called `page`, which has called `title`. Returns hashes. */
export function fillTraced(cwd: string): { readonly site: string; readonly page: string; readonly title: string } {
  const hashes = { site: 'site-1', page: 'page-1', title: 'title-1' }
  const call = (funcname: keyof typeof hashes) => `call x - ${JSON.stringify([funcname, hashes[funcname], ''])}`
  const adapter = diskStore(join(cwd, 'persist'))
  const put = (funcname: keyof typeof hashes, inputs: string[]) =>
    adapter.open(funcname).set({ hash: hashes[funcname], payload: '{"v":1,"json":1}', createdAt: 1_000, inputs })
  put('title', [])
  put('page', [call('title')])
  put('site', ['env x c2FsdA THEME', 'file x 12,1.5,2.25,3 a b.md', call('page')])
  return hashes
}
