import { execFile as execFileBack } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createPersist, type HashCollisionError, persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { beforeEach, expect, test } from 'vitest'
import { newFolder } from '../../packages/store-disk/test/support/folder.ts'
import { type Python, withPypersist } from './with-pypersist.ts'

const execFile = promisify(execFileBack)

interface Power {
  readonly power: number
  readonly by: string
  readonly text: string
}

await withPypersist('a folder that Python also uses', (startIn) => {
  let dir: string
  let python: Python
  let ran: number
  let power: ReturnType<typeof powerIn>

  /** The same key, hash and pickle as in power.py. */
  function powerIn(folder: string) {
    const compute = (x: number, y: number): Power => {
      ran++
      return { power: x ** y, by: 'TypeScript', text: 'größer ☃ "\r\n' }
    }
    return persist(compute, {
      funcname: 'power',
      cache: diskStore(`file://${folder}?layout=pypersist`),
      key: (x: number, y: number) => [x, y] as const,
      storekey: true,
      hash: ([x, y]) => `${x}_to_the_power_of_${y}`,
      pickle: JSON.stringify,
      unpickle: (payload) => JSON.parse(String(payload)),
      metadata: () => 'by TypeScript',
    })
  }

  beforeEach(() => {
    dir = newFolder()
    python = startIn(dir)
    power = powerIn(dir)
    ran = 0
  })

  test('TypeScript finds a result that Python computed', async () => {
    expect(await python('call', 2, 4)).toMatchObject({ ran: true, value: { power: 16, by: 'Python' } })
    expect(power(2, 4)).toEqual({ power: 16, by: 'Python', text: 'größer ☃' })
    expect(ran).toBe(0)
    expect(power.lookup(2, 4)).toMatchObject({ hit: true, key: [2, 4], metadata: 'by Python' })
    expect([...power.cache.keys()]).toEqual([[2, 4]])
    expect(power.cache.size).toBe(1)
  })

  test('Python finds a result that TypeScript computed', async () => {
    power(2, 4)
    power(10, 3)
    expect(await python('call', 2, 4)).toEqual({
      ran: false,
      value: { power: 16, by: 'TypeScript', text: 'größer ☃ "\r\n' },
    })
    expect(await python('keys')).toMatchObject({
      value: [
        [2, 4],
        [10, 3],
      ],
    })
    expect(await python('size')).toMatchObject({ value: 2 })
    const file = (suffix: string) => readFileSync(join(dir, 'power', `2_to_the_power_of_4${suffix}`), 'utf8')
    expect(JSON.parse(file('.out'))).toMatchObject({ power: 16 })
    expect(file('.key')).toBe('[2,4]')
    expect(file('.meta')).toBe('by TypeScript')
    expect(ran).toBe(2)
  })

  test('an entry that one deletes is gone for the other', async () => {
    power(2, 4)
    await python('delete', 2, 4)
    expect(power.has(2, 4)).toBe(false)
    expect(await python('call', 2, 4)).toMatchObject({ ran: true })
    expect(power.forget(2, 4)).toBe(true)
    expect(await python('call', 2, 4)).toMatchObject({ ran: true })
    expect(await python('delete', 2, 4)).toMatchObject({ ran: false })
    expect(await python('delete', 2, 4)).toMatchObject({ error: 'KeyError' })
  })

  test('TypeScript finds the result that Python puts in place of another, with nothing left of the old one', async () => {
    power(2, 4)
    await python('delete', 2, 4)
    await python('put', 2, 4, { power: -1, by: 'hand', text: '' })
    expect(power(2, 4)).toEqual({ power: -1, by: 'hand', text: '' })
    expect(power.lookup(2, 4)).toMatchObject({ hit: true, metadata: 'by Python' })
    power.refresh(2, 4)
    expect(await python('call', 2, 4)).toMatchObject({ ran: false, value: { power: 16, by: 'TypeScript' } })
  })

  test('each clears the entries of both', async () => {
    power(2, 4)
    await python('call', 3, 3)
    await python('clear')
    expect(readdirSync(join(dir, 'power'))).toEqual([])
    expect(power.cache.size).toBe(0)
    power(2, 4)
    await python('call', 3, 3)
    power.clear()
    expect(readdirSync(join(dir, 'power'))).toEqual([])
    expect(await python('size')).toMatchObject({ value: 0 })
    expect(await python('call', 2, 4)).toMatchObject({ ran: true })
  })

  test('two keys under one hash are an error in both languages', async () => {
    // Another folder, because this process already has a function with that name.
    const elsewhere = newFolder()
    const python = startIn(elsewhere)
    const other = persist((x: number) => x, {
      funcname: 'power',
      cache: diskStore(elsewhere, { layout: 'pypersist' }),
      key: (x: number) => [x],
      storekey: true,
      hash: () => '2_to_the_power_of_4',
      pickle: JSON.stringify,
      unpickle: (payload) => JSON.parse(String(payload)),
    })
    await python('call', 2, 4)
    expect(() => other(1)).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION', storedKey: [2, 4] }) as HashCollisionError,
    )
    await python('delete', 2, 4)
    other(1)
    expect(await python('call', 2, 4)).toMatchObject({ error: 'HashCollisionError' })
  })

  test('programs in both languages that compute the same at the same time get correct results, and leave no lock', async () => {
    // Only one process of Python: two of them sometimes fail, because each removes a lock that both have taken.
    const program = fileURLToPath(new URL('./power.mjs', import.meta.url))
    // pypersist fails if another process makes the folder right after pypersist found it missing.
    await python('size')
    const nodes = [1, 2].map(() => execFile(process.execPath, [program, dir, '60']))
    for (let x = 1; x <= 60; x++) {
      const { value, error } = await python('call', x, 2)
      expect(error).toBeUndefined()
      expect(value).toMatchObject({ power: x ** 2 })
    }
    const squares = Array.from({ length: 60 }, (_, index) => `${(index + 1) ** 2}\n`)
    for (const { stdout } of await Promise.all(nodes)) expect(stdout).toBe(squares.join(''))
    for (let x = 1; x <= 60; x++) expect(power.peek(x, 2)).toMatchObject({ power: x ** 2 })
    expect(readdirSync(join(dir, 'power')).filter((name) => name.endsWith('.lock'))).toEqual([])
    expect(existsSync(join(dir, 'power', '1_to_the_power_of_2.out'))).toBe(true)
  }, 120_000)
})

test('features that Python lacks work among programs in TypeScript: expiry, versions, tags', () => {
  const dir = newFolder()
  let now = 1_000_000
  let ran = 0
  const persistThen = createPersist({ now: () => now })
  const options = {
    funcname: 'square',
    cache: `file://${dir}?layout=pypersist`,
    ttl: '1m',
    tags: () => ['square'],
  } as const
  const square = persistThen(
    (x: number) => {
      ran++
      return x * x
    },
    { ...options, version: '1' },
  )
  expect([square(3), square(3), ran]).toEqual([9, 9, 1])
  now += 61_000
  expect([square(3), ran]).toEqual([9, 2])
  expect(square.cache.deleteByTag('square')).toBe(1)
  expect([square(3), ran]).toEqual([9, 3])
  expect(diskStore(dir, { layout: 'pypersist' }).open('square').stats().entries).toBe(1)
})
