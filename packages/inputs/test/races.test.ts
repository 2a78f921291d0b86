import { readFileSync as readNow, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exists, type FileArgument, file, readdir, readFile, readFileSync } from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

const ROUNDS = process.env.PERSIST_SOAK === '1' ? 10_000 : 400

/** Ways to change a file. All texts have one length, so that only content and times differ. */
const EDITS: readonly ((path: string, text: string) => void)[] = [
  (path, text) => writeFileSync(path, text),
  (path, text) => {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  },
  (path, text) => {
    writeFileSync(path, text)
    utimesSync(path, 1, 1)
  },
]

test(`a file that is edited while a function reads it is never stored under a wrong digest (${ROUNDS} edits)`, async () => {
  const { at, persist, options } = project({ a: '0000000', b: '0000000' })
  let number = 0
  /** In some rounds, the edit comes when everything has been read. */
  let beforeEnd: (() => void) | undefined
  const read = persist(
    async (_: number) => {
      const first = await readFile(at('a'), 'utf8')
      await new Promise((resolve) => setImmediate(resolve))
      const all = `${first} ${readFileSync(at('b'), 'utf8')} ${await exists(at('c'))} ${(await readdir(at('.'))).length}`
      beforeEnd?.()
      return all
    },
    { ...options, report: () => {}, funcname: 'read' },
  )
  const now = () => {
    const names = ['a', 'b', 'c'].filter((name) => {
      try {
        readNow(at(name))
        return true
      } catch {
        return false
      }
    })
    return `${readNow(at('a'), 'utf8')} ${readNow(at('b'), 'utf8')} ${names.includes('c')} ${names.length}`
  }
  const edit = () => {
    const name = number % 3 === 0 ? 'a' : 'b'
    EDITS[number % EDITS.length]!(at(name), String(number++).padStart(7, '0'))
    if (number % 5 === 0) writeFileSync(at('c'), '')
    if (number % 5 === 2) rmSync(at('c'), { force: true })
  }
  let served = 0
  for (let round = 0; round < ROUNDS; round++) {
    const key = round % 10
    if (round % 7 === 6) {
      beforeEnd = edit
      await read(key)
      beforeEnd = undefined
    } else {
      const running = read(key)
      // Before it begins, within its first read, between its reads, or after it.
      for (let tick = 0; tick < round % 7; tick++) await (tick % 2 === 0 ? null : new Promise((go) => setImmediate(go)))
      edit()
      await running
    }
    const expected = now()
    if (await read.has(key)) {
      served++
      expect(await read.peek(key)).toBe(expected)
    }
    expect(await read(key)).toBe(expected)
    expect(await read(key)).toBe(expected)
  }
  // A result whose inputs are edited after they have been read is never stored.
  expect(served).toBeLessThanOrEqual(ROUNDS - Math.floor(ROUNDS / 7))
})

test(`a file argument that is edited while a function reads it is never stored under a wrong key`, async () => {
  const { at, persist, cache } = project({ a: '0000000' })
  const read = persist(async (argument: FileArgument) => readFile(argument, 'utf8'), { cache, funcname: 'read' })
  for (let round = 0; round < ROUNDS / 4; round++) {
    const running = read(file(at('a')))
    EDITS[round % EDITS.length]!(at('a'), String(round).padStart(7, '0'))
    await running
    expect(await read(file(at('a')))).toBe(String(round).padStart(7, '0'))
  }
  // Every content that was stored is stored under its own key.
  for (let round = 0; round < ROUNDS / 4; round++) {
    writeFileSync(at('a'), String(round).padStart(7, '0'))
    const stored = await read.peek(file(at('a')))
    if (stored !== undefined) expect(stored).toBe(String(round).padStart(7, '0'))
  }
})

test('a random graph of functions and files returns what it would return without a cache', async () => {
  const { at, write, persist, options } = project(
    Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}`, '1'])),
  )
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  type Fn = (n: number) => Promise<number>
  const plain: Fn[] = []
  const persisted: Fn[] = []
  for (let index = 0; index < 12; index++) {
    const reads = [`f${random(6)}`, `f${random(6)}`]
    const calls = index === 0 ? [] : [random(index), random(index)]
    // A coarse result, so that some changes end here.
    const body = (fns: readonly Fn[], readText: (path: string) => Promise<string>) => async (n: number) => {
      let sum = n % 2
      for (const name of reads) sum += Number(await readText(at(name)))
      for (const callee of calls) sum += await fns[callee]!(n % 2)
      return sum % 5
    }
    plain.push(body(plain, async (path) => readNow(path, 'utf8')))
    persisted.push(
      persist(
        body(persisted, (path) => readFile(path, 'utf8')),
        { ...options, report: () => {}, funcname: `fn${index}`, memory: index % 3 === 0 },
      ),
    )
  }
  for (let round = 0; round < ROUNDS / 8; round++) {
    write(`f${random(6)}`, String(random(9)))
    if (round % 11 === 0)
      rmSync(join(options.cache.slice('file://'.length), `fn${random(12)}`), { recursive: true, force: true })
    const [index, n] = [random(12), random(3)]
    expect([round, await persisted[index]!(n)]).toEqual([round, await plain[index]!(n)])
  }
})
