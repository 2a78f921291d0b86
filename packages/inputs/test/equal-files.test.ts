import { rmSync } from 'node:fs'
import { type FileArgument, file, readFile } from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

/** A promise, and the function that resolves it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

test.each<[change: string, as: (at: string, write: (text: string) => void) => void, outcome: string]>([
  ['is edited', (_, write) => write('2'), '2'],
  ['is removed', (at) => rmSync(at), 'ENOENT'],
])('a call that waits for a call with an equal file gets the result of its own one if that file %s', async (...row) => {
  const [, change, outcome] = row
  const { at, write, persist, cache } = project({ a: '1', b: '1', other: '0' })
  const [first, second, begun] = [gate(), gate(), gate()]
  const f = persist(
    async (argument: FileArgument) => {
      if (argument.path === at('a')) begun.open()
      await (argument.path === at('other') ? first : second).opened
      return readFile(argument, 'utf8')
    },
    // The second run begins after the third call has joined it.
    { cache, funcname: 'f', concurrency: 1 },
  )
  const calls = ['other', 'a', 'b'].map((name) => f(file(at(name))))
  first.open()
  await calls[0]
  await begun.opened
  change(at('a'), (text) => write('a', text))
  second.open()
  expect(await calls[1]!.catch(({ code }) => code)).toBe(outcome)
  expect(await calls[2]).toBe('1')
  expect(await f(file(at('b')))).toBe('1')
})

test('calls with equal files share one run if none of them changes', async () => {
  const { at, persist, cache } = project({ a: '1', b: '1', c: '1' })
  let runs = 0
  const f = persist(
    async (argument: FileArgument) => {
      runs++
      return readFile(argument, 'utf8')
    },
    { cache, funcname: 'f' },
  )
  expect(await Promise.all(['a', 'b', 'c', 'a'].map((name) => f(file(at(name)))))).toEqual(['1', '1', '1', '1'])
  expect(runs).toBe(1)
})

test('an iteration over one file is not shared with an equal file, which the function has not read', async () => {
  const { at, write, persist, cache } = project({ a: '1', b: '1' })
  const f = persist(
    async function* (argument: FileArgument) {
      yield 'begin'
      yield await readFile(argument, 'utf8')
    },
    { cache, funcname: 'f' },
  )
  const [ofA, ofB] = [f(file(at('a'))), f(file(at('b')))]
  await ofA.next()
  await ofB.next()
  write('a', '2')
  expect((await ofA.next()).value).toBe('2')
  expect((await ofB.next()).value).toBe('1')
})
