import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect } from 'vitest'
import { ask, askFor, contentsOf, refused, unchanged } from './asking.ts'
import type { Scene } from './commands.ts'
import { hashOf, isDead, PLACES, type Place } from './ledger.ts'
import { valueIn } from './subject.ts'
import { transferExams } from './transfer-exams.ts'

/** The exact checks, run while no call and no other command runs. */
export const EXAMS = [
  'look',
  'prune',
  'prune',
  'prune',
  'shrink',
  'rm',
  'clear',
  'repair',
  'damage',
  'copy',
  'export',
  'exports',
  'wrong',
] as const

export type Exam = (typeof EXAMS)[number]

/** Runs one of them. */
export async function examine(exam: Exam, scene: Scene, place: Place, form: number): Promise<void> {
  await exams[exam](scene, place, form)
}

const exams: Record<Exam, (scene: Scene, place: Place, form: number) => Promise<void>> = {
  async look(scene) {
    const before = contentsOf(diskStore(scene.cache))
    await unchanged(scene, async () => {
      const heads = (await ask(scene, 'ls')) as { entries: number }[]
      expect(heads.reduce((sum, { entries }) => sum + entries, 0)).toBe(before.size)
      expect(await ask(scene, 'stats')).toMatchObject({ entries: before.size, damaged: 0 })
      expect(await ask(scene, 'verify')).toMatchObject({ checked: before.size, foreign: 0, findings: [] })
      expect(await ask(scene, 'export', scene.newFile())).toMatchObject({ entries: before.size, refused: 0 })
      for (const { subject, id } of PLACES) {
        const entry = before.get(`${subject.funcname} ${hashOf(id)}`)
        if (entry === undefined) continue
        const shown = await ask(scene, 'show', subject.funcname, hashOf(id))
        const { payload: _, key: __, ...head } = entry
        expect(shown).toMatchObject(head)
        const { made } = valueIn(subject, diskStore(scene.cache).open(subject.funcname).get(hashOf(id))!)
        expect(await ask(scene, 'get', subject.funcname, '--args', JSON.stringify([{ id }]))).toMatchObject({
          id,
          made,
        })
      }
    })
  },

  async prune(scene, _place, form) {
    scene.ledger.prunes()
    const keepStale = form % 3 === 0 ? 1_000 : 0
    const before = contentsOf(diskStore(scene.cache))
    const left = new Map([...before].filter(([, entry]) => !isDead(entry, Date.now() - keepStale)))
    const { entries } = (await ask(scene, 'prune', '--keep-stale', `${keepStale}ms`)) as { entries: number }
    expect(entries).toBe(before.size - left.size)
    expect(contentsOf(diskStore(scene.cache))).toEqual(left)
  },

  async shrink(scene, place, form) {
    scene.ledger.prunes()
    const same = PLACES.filter(({ subject }) => subject === place.subject)
    await scene.ledger.removal(same, async () => {
      await shrinkTo(scene, place.subject.funcname, form % 4)
      return false
    })
  },

  async rm(scene, { subject, id }) {
    const name = `${subject.funcname} ${hashOf(id)}`
    await scene.ledger.removal([{ subject, id }], async () => {
      const left = contentsOf(diskStore(scene.cache))
      if (!left.delete(name)) return refused(scene, 1, 'rm', subject.funcname, hashOf(id))
      expect(await ask(scene, 'rm', subject.funcname, hashOf(id))).toMatchObject({ deleted: [hashOf(id)], absent: [] })
      expect(contentsOf(diskStore(scene.cache))).toEqual(left)
    })
  },

  async clear(scene) {
    await scene.ledger.removal(PLACES, async () => {
      const { size } = contentsOf(diskStore(scene.cache))
      expect(await ask(scene, 'clear', '--all')).toMatchObject({ entries: size })
      expect(contentsOf(diskStore(scene.cache)).size).toBe(0)
    })
  },

  async repair(scene) {
    const before = contentsOf(diskStore(scene.cache))
    const file = scene.newFile()
    expect(await ask(scene, 'verify', '--repair', '--quarantine', file)).toMatchObject({ findings: [], repaired: 0 })
    expect(contentsOf(diskStore(scene.cache))).toEqual(before)
  },

  async damage(scene, place, form) {
    const before = contentsOf(diskStore(scene.cache))
    const name = `${place.subject.funcname} ${hashOf(place.id)}`
    if (!before.delete(name)) return
    spoil(scene.cache, hashOf(place.id), place.subject.funcname)
    scene.isDamaged = true
    scene.ledger.lose(place)
    await unchanged(scene, async () => {
      const codes = [1]
      expect(await askFor(scene, codes, 'verify')).toMatchObject({
        checked: before.size,
        findings: [{ kind: 'damaged' }],
      })
      expect(await askFor(scene, codes, 'export', scene.newFile())).toMatchObject({ entries: before.size, damaged: 1 })
    })
    if (form % 2 === 0) return
    const repaired = await ask(scene, 'verify', '--repair', '--quarantine', scene.newFile())
    expect(repaired).toMatchObject({ checked: before.size, repaired: 1 })
    expect(contentsOf(diskStore(scene.cache))).toEqual(before)
  },

  ...transferExams,

  async wrong(scene, { subject }) {
    const { funcname } = subject
    const nowhere = scene.newFile()
    const text = join(scene.cache, 'README.txt')
    await refused(scene, 1, 'rm', funcname, 'no-such-hash')
    await unchanged(scene, async () => {
      for (const command of ['show', 'get']) await refused(scene, 1, command, funcname, 'no-such-hash')
      for (const command of ['ls', 'stats', 'verify', 'show', 'prune', 'clear', 'rm']) {
        await refused(scene, command === 'rm' ? 2 : 1, command, 'plian')
      }
      await refused(scene, 2, 'clear')
      await refused(scene, 2, 'prune', '--keep-stale', 'soon')
      await refused(scene, 2, 'copy', scene.cache, `${scene.cache}/`)
      await refused(scene, 2, 'import', text)
      await refused(scene, 4, 'import', nowhere)
      await refused(scene, 4, 'export', join(nowhere, 'file'))
      for (const command of ['ls', 'stats', 'verify', 'prune', 'export']) {
        await refused({ ...scene, cache: nowhere }, 1, command)
      }
      expect(() => readdirSync(nowhere)).toThrow('ENOENT')
    })
  },
}

/** Prunes a function to at most `most` live entries. */
async function shrinkTo(scene: Scene, funcname: string, most: number): Promise<void> {
  const before = contentsOf(diskStore(scene.cache))
  const isHere = (name: string) => name.startsWith(`${funcname} `)
  const args = ['prune', funcname, '--max-entries', `${most}`]
  if (![...before.keys()].some(isHere)) return refused(scene, 1, ...args)
  await ask(scene, ...args)
  const after = contentsOf(diskStore(scene.cache))
  const alive = [...before].filter(([name, entry]) => isHere(name) && !isDead(entry, Date.now()))
  expect([...after.keys()].filter(isHere)).toHaveLength(Math.min(most, alive.length))
  for (const [name, entry] of after) expect(entry).toEqual(before.get(name))
  const others = [...before].filter(([name]) => !isHere(name))
  expect([...after].filter(([name]) => !isHere(name))).toEqual(others)
}

/** Damages the file of an entry as a bad disk would: its first bytes still say what it is. */
function spoil(cache: string, hash: string, funcname: string): void {
  const files = (readdirSync(cache, { recursive: true }) as string[]).filter((name) => name.endsWith(`${hash}.entry`))
  const file = files.find((name) =>
    readFileSync(join(cache, name)).includes(`"namespace":${JSON.stringify(funcname)}`),
  )!
  const bytes = readFileSync(join(cache, file))
  writeFileSync(join(cache, file), Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.from('spoiled')]))
}
