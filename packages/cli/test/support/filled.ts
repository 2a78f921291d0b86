import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { persist } from '@persist/core'
import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { pickle as binary, unpickle as unbinary } from '@persist/pickle/v8'
import type { Entry } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { newFolder } from './command.ts'

/** An entry with all fields. */
export const FULL: Entry = {
  hash: 'full',
  payload: '{"v":1,"json":"all"}',
  key: '{"v":1,"json":["k",1]}',
  keyDigest: sha256(canonical(['k', 1])),
  metadata: 'made\nby hand',
  version: '2.1',
  source: 'c291cmNl',
  tags: ['red', 'green'],
  createdAt: 1_700_000_000_123,
  expiresAt: 4_000_000_000_321,
  staleUntil: 4_000_086_400_321,
  durationMs: 12.625,
  promised: true,
}

/** Strings that must not reach a terminal unescaped. */
export const HOSTILE = '\u001b]0;owned\u0007\u001b[31m\u202egnp.exe\n<script>alert(1)</script>'

/** Makes a folder with a cache `persist` with functions of several kinds, and returns its path. */
export function filled(): string {
  const folder = newFolder()
  const cache = diskStore(join(folder, 'persist'))
  const double = persist((x: number) => 2 * x, { funcname: 'double', cache, storekey: true, tags: () => ['number'] })
  for (let x = 0; x < 5; x++) double(x)
  const rich = persist(
    (name: string) => ({ when: new Date(0), seen: new Map([[1n, new Set(['a'])]]), name, none: undefined }),
    { funcname: 'rich', cache, version: '2.0', ttl: '1h', metadata: () => HOSTILE },
  )
  rich('one')
  rich(HOSTILE)
  const bytes = persist((n: number) => new Uint8Array([0, 255, 10, 13, n]), {
    funcname: 'a/b: bytes',
    cache,
    pickle: binary,
    unpickle: (payload) => unbinary(payload) as Uint8Array<ArrayBuffer>,
  })
  bytes(7)
  const store = cache.open('odd')
  store.set(FULL)
  store.set({ hash: 'half', payload: 'half a pair \ud800 and \0', createdAt: 5 })
  store.set({ hash: 'raw', payload: new Uint8Array([0, 1, 254, 255]), createdAt: 6.5 })
  store.set({ hash: 'gone', payload: 'x', createdAt: 1, expiresAt: 2 })
  cache.close()
  return folder
}

/** Damages the file of an entry as a bad disk would. Its first bytes stay. */
export function spoil(file: string): void {
  const bytes = readFileSync(file)
  writeFileSync(file, Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.from('spoiled')]))
}

/** Everything in a folder's cache. */
export function contents(dir: string): Map<string, Entry> {
  const cache = diskStore(dir)
  const found = new Map<string, Entry>()
  for (const name of cache.namespaces!() as Iterable<string>) {
    for (const entry of cache.open(name).entries() as Iterable<Entry>) found.set(`${name} ${entry.hash}`, entry)
  }
  cache.close()
  return found
}
