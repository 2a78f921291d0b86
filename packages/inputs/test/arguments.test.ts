import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { type DirectoryArgument, directory, type FileArgument, file, readFile } from '@persist/inputs'
import { canonical, identity } from '@persist/key'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

test('a file is an argument by its content, wherever it is', async () => {
  const { at, write, persist, cache, options, happened } = project({ a: 'x y', b: 'x y', c: 'x y z' })
  const words = persist(async (text: FileArgument) => (await readFile(text, 'utf8')).split(' ').length, {
    cache,
    report: options.report,
    funcname: 'words',
  })
  expect([await words(file(at('a'))), await words(file(at('b'))), await words(file(at('c')))]).toEqual([2, 2, 3])
  expect(happened()).toEqual(['miss absent', 'hit', 'miss absent'])
  write('a', 'x')
  expect(await words(file(at('a')))).toBe(1)
  write('a', 'x y z')
  expect(await words(file(at('a')))).toBe(3)
  expect(happened()).toEqual(['miss absent', 'hit'])
})

test('a file argument can be anywhere in the arguments', async () => {
  const { at, write, persist, cache } = project({ a: '1' })
  const f = persist(({ input, k }: { input: FileArgument; k: number }) => `${k} ${input}`, { cache, funcname: 'f' })
  f({ input: file(at('a')), k: 1 })
  expect(f.has({ input: file(at('a')), k: 1 })).toBe(true)
  expect(f.has({ input: file(at('a')), k: 2 })).toBe(false)
  write('a', '2')
  expect(f.has({ input: file(at('a')), k: 1 })).toBe(false)
})

test('a file that is missing has no key', () => {
  const { at, persist, cache } = project()
  const f = persist((_: FileArgument) => 1, { cache, funcname: 'f' })
  expect(() => f(file(at('a')))).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
  expect(() => file('')).toThrow('a path or a URL')
  expect(() => canonical(directory(at('a')))).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
})

test('a file argument that changes while the function runs leads to no entry', async () => {
  const { at, write, persist, cache, options, happened } = project({ a: '1' })
  const f = persist(
    async (argument: FileArgument) => {
      const text = await readFile(argument, 'utf8')
      write('a', '2')
      return text
    },
    { cache, report: options.report, funcname: 'f' },
  )
  expect(await f(file(at('a')))).toBe('1')
  expect(happened()).toEqual(['miss absent', 'skip input-changed'])
  write('a', '1')
  expect(await f.has(file(at('a')))).toBe(false)
})

test('a folder is an argument by the paths and contents in it', () => {
  const { at, write, persist, cache, options, happened } = project({
    'one/a.ts': '1',
    'one/below/b.ts': '2',
    'two/a.ts': '1',
    'two/below/b.ts': '2',
  })
  const build = persist((source: DirectoryArgument) => source.path.length, {
    cache,
    report: options.report,
    funcname: 'build',
  })
  build(directory(at('one')))
  build(directory(at('two')))
  mkdirSync(at('two/empty'))
  build(directory(at('two')))
  expect(happened()).toEqual(['miss absent', 'hit', 'hit'])
  for (const change of [
    () => write('two/below/b.ts', '3'),
    () => write('two/c', ''),
    () => rmSync(at('two/a.ts')),
    () => symlinkSync('c', at('two/d')),
  ]) {
    change()
    build(directory(at('two')))
    build(directory(at('two')))
    expect(happened()).toEqual(['miss absent', 'hit'])
  }
})

test('globs include and exclude files of a folder', () => {
  const { at, write } = project({ 'src/a.ts': '1', 'src/b.js': '2', 'src/generated/c.ts': '3' })
  const key = () => canonical(directory(at('src'), { include: '**/*.ts', exclude: ['generated'] }))
  const before = key()
  write('src/b.js', 'changed')
  write('src/generated/c.ts', 'changed')
  expect(key()).toBe(before)
  write('src/a.ts', 'changed')
  expect(key()).not.toBe(before)
  expect(() => directory('src', { includes: '*' } as never)).toThrow('no option "includes"')
  expect(() => directory('src', { include: [] })).toThrow('a glob or an array of globs')
})

test('a file argument beside one whose identity makes another call is verified at the end of the run', async () => {
  const { at, write, persist, cache, options, happened } = project({ a: 'old' })
  const inner = persist((x: number) => x, { cache, funcname: 'inner' })
  class Part {
    [identity](): unknown {
      return inner(1)
    }
  }
  const read = persist(
    async (text: FileArgument, _: Part) => {
      const content = await readFile(text, 'utf8')
      write('a', 'newer')
      return content
    },
    { cache, report: options.report, funcname: 'read' },
  )
  expect(await read(file(at('a')), new Part())).toBe('old')
  expect(happened()).toEqual(['miss absent', 'skip input-changed'])
})
