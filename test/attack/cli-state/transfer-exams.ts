import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { expect } from 'vitest'
import { ask, contentsOf } from './asking.ts'
import type { Scene } from './commands.ts'
import { pictureOf } from './folder-picture.ts'
import { PLACES, type Place } from './ledger.ts'
import { persistSubjects, SUBJECTS, tagOf } from './subject.ts'

/** Copies, exports and imports, while nothing else runs. */
export const transferExams = {
  async copy(scene: Scene, _place: Place, form: number): Promise<void> {
    const before = contentsOf(diskStore(scene.cache))
    // A copy of no entries creates no cache.
    if (before.size === 0) return
    const [there, back] = [scene.newFile(), scene.newFile()]
    const isFolder = form % 2 === 0
    const url = isFolder ? there : `lmdb://${there}`
    const open = () => (isFolder ? diskStore(there) : lmdbStore(there))
    expect(await ask(scene, 'copy', scene.cache, url, '--check')).toMatchObject({ copied: before.size, differing: 0 })
    expect(contentsOf(open())).toEqual(before)
    // LMDB writes into its lock file for every reader.
    const picture = () => (isFolder ? pictureOf(there) : readFileSync(join(there, 'data.mdb'), 'latin1'))
    const pictureBefore = picture()
    expect(await ask(scene, 'copy', url, back)).toMatchObject({ copied: before.size })
    expect(await ask({ ...scene, cache: url }, 'verify')).toMatchObject({ checked: before.size, findings: [] })
    expect(isDeepStrictEqual(picture(), pictureBefore)).toBe(true)
    expect(await ask(scene, 'copy', url, back, '--check')).toMatchObject({ copied: 0, same: before.size, differing: 0 })
    expect(contentsOf(diskStore(back))).toEqual(before)
    expect(contentsOf(diskStore(scene.cache))).toEqual(before)
    await servesTheSame(scene, open())
  },

  async export(scene: Scene, _place: Place, form: number): Promise<void> {
    const before = contentsOf(diskStore(scene.cache))
    const file = `${scene.newFile()}${form % 2 === 0 ? '.gz' : ''}`
    const there = scene.newFile()
    expect(await ask(scene, 'export', file)).toMatchObject({ entries: before.size, damaged: 0 })
    expect(await ask({ ...scene, cache: there }, 'import', file)).toMatchObject({ copied: before.size })
    expect(contentsOf(diskStore(there))).toEqual(before)
    await servesTheSame(scene, diskStore(there))
  },

  /** One file with two exports gives the same entries as two files, in either order. */
  async exports(scene: Scene, _place: Place, form: number): Promise<void> {
    const file = scene.newFile()
    await ask(scene, 'export', file)
    const files = form % 2 === 0 ? [scene.exported, file] : [file, scene.exported]
    const [apart, together, both] = [scene.newFile(), scene.newFile(), scene.newFile()]
    for (const one of files) await ask({ ...scene, cache: apart }, 'import', one)
    writeFileSync(both, files.map((one) => readFileSync(one, 'utf8')).join(''))
    await ask({ ...scene, cache: together }, 'import', both)
    expect(contentsOf(diskStore(together))).toEqual(contentsOf(diskStore(apart)))
  },
}

/** Checks that functions over a copy serve the same results without computing, and find the same tags. */
async function servesTheSame(scene: Scene, copy: StoreAdapter<'sync'>): Promise<void> {
  const cache = diskStore(scene.cache)
  const computed = () => Promise.reject(new Error('a copy was not served'))
  const named = (adapter: StoreAdapter<'sync'>) => ({ ...adapter, name: scene.newFile() })
  const [here, there] = [persistSubjects(named(cache), computed), persistSubjects(named(copy), computed)]
  for (const { subject, id } of PLACES) {
    const index = SUBJECTS.indexOf(subject)
    const isSame = isDeepStrictEqual(await there[index]!.lookup({ id }), await here[index]!.lookup({ id }))
    expect(isSame, `${subject.funcname} ${id} in a copy`).toBe(true)
  }
  const tagged = [...contentsOf(cache).values()].filter(({ tags }) => tags?.includes(tagOf(1)))
  let deleted = 0
  for (const f of there) deleted += await f.cache.deleteByTag(tagOf(1))
  expect(deleted).toBe(tagged.length)
  copy.close()
  cache.close()
}
