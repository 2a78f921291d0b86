import { appendFileSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const LAYOUTS = ['entries', 'pypersist'] as const

describe.each(LAYOUTS)('a folder with the layout %s', (layout) => {
  test('that does not exist is not made by a reader', () => {
    const dir = join(newFolder(), 'absent')
    const adapter = diskStore(dir, { layout })
    const reader = adapter.open('f', { readOnly: true })
    expect(reader.get('a')).toBeUndefined()
    expect([...reader.entries()]).toEqual([])
    expect(reader.stats()).toEqual({ entries: 0, bytes: 0 })
    expect([...adapter.namespaces!()]).toEqual([])
    expect(adapter.exists!()).toBe(false)
    expect(existsSync(dir)).toBe(false)
  })

  test('that a reader reads stays as it is, to the last file and time, also with damage in it', () => {
    const dir = newFolder()
    const adapter = diskStore(dir, { layout })
    const bounds = { maxEntries: 10 }
    for (const hash of ['a', 'b', 'c']) adapter.open('f', { bounds }).set({ ...plain(hash), expiresAt: 1 })
    const [damaged] = readdirSync(join(dir, 'f')).filter((name) => name.startsWith('b.') && !name.endsWith('.head'))
    appendFileSync(join(dir, 'f', damaged!), 'x')
    const before = picture(dir)
    const codes: string[] = []
    const reader = adapter.open('f', { bounds, readOnly: true, report: ({ code }) => void codes.push(code) })
    expect(reader.get('a')).toMatchObject(plain('a'))
    reader.get('b')
    for (const { hash } of [...reader.entries(), ...reader.heads()]) expect(['a', 'b', 'c']).toContain(hash)
    reader.stats()
    expect(() => reader.prune(2)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE_READ_ONLY' }))
    expect(picture(dir)).toEqual(before)
  })
})

test('a reader of a bounded namespace moves no time of a file', () => {
  const dir = newFolder()
  const adapter = diskStore(dir, { clock: { now: () => Date.now() + 86_400_000, monotonic: () => performance.now() } })
  adapter.open('f').set(plain('a'))
  const before = picture(dir)
  expect(adapter.open('f', { bounds: { maxEntries: 5 }, readOnly: true }).get('a')).toBeDefined()
  expect(picture(dir)).toEqual(before)
})

/** Every file and folder with its time, and the bytes of the files. */
function picture(dir: string): Record<string, unknown> {
  return Object.fromEntries(
    (readdirSync(dir, { recursive: true }) as string[]).map((name) => {
      const stat = lstatSync(join(dir, name))
      return [name, [stat.mtimeMs, stat.isFile() ? readFileSync(join(dir, name), 'latin1') : 'a folder']]
    }),
  )
}
