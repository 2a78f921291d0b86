import type { Lease } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'
import { before } from './support/interrupted.ts'

const HASH = 'a-hash'
const MS = 60_000
const MOST_CALLS = 100
const SET = plain(HASH, 'set')
const COMPUTED = plain(HASH, 'computed from what was true before')

for (const past of ['never', 'before']) {
  for (const steal of [false, true]) {
    test(`a process that ${steal ? 'steals' : 'takes'} a lease at any step of a set, where there ${past === 'never' ? 'never was one' : 'have been some'}, sees what is set or cannot publish over it`, () => {
      let taken = 0
      let calls = 0
      for (let nth = 1; nth < MOST_CALLS; nth++) {
        const dir = newFolder()
        const other = diskStore(dir).open('f')
        // The folder is there; and each process knows by itself whether there have been leases.
        other.set(plain('another'))
        if (past === 'before') diskStore(dir).open('f').lease!('another', MS)!.release()
        let lease: Lease<'sync'> | undefined
        let seen: unknown
        let call = 0
        const interrupted = before(() => {
          if (++call !== nth) return
          lease = other.lease!(HASH, MS, { steal })
          seen = other.get(HASH)
        })
        const setting = diskStore(dir, { fileSystem: interrupted }).open('f')
        setting.set(SET)
        if (call < nth) break
        calls = nth
        if (lease !== undefined) taken++
        if (seen === undefined) expect(lease?.publish(COMPUTED) ?? false, `at call ${nth}`).toBe(false)
        expect(setting.get(HASH), `at call ${nth}`).toEqual(SET)
      }
      expect(calls).toBeGreaterThan(3)
      expect(taken).toBeGreaterThan(0)
    })
  }
}
