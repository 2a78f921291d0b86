import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
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

test('a file of more than 2 GiB is an argument', () => {
  const { at } = project({ 'data/a': '' })
  // A file with a hole: it takes no space on the disk.
  truncateSync(at('data/a'), 2 ** 31 + 1)
  // As sha256sum has it.
  expect(canonical(file(at('data/a')))).toContain('uAMKiriSgJNWM9jZkdo9mQ')
})

test('a file that is missing has no key', () => {
  const { at, persist, cache } = project()
  const f = persist((_: FileArgument) => 1, { cache, funcname: 'f' })
  const refused = (message: string) =>
    expect.objectContaining({ code: 'ERR_PERSIST_KEY', message: expect.stringContaining(message) })
  expect(() => f(file(at('a')))).toThrow(refused(`could not be read: there is no file ${at('a')} (at $[0]<identity>)`))
  expect(() => file('')).toThrow('a path or a URL')
  expect(() => canonical(directory(at('a')))).toThrow(refused(`there is no folder ${at('a')}`))
})

test('a file argument is no part of a stored key: the error says what to do, and the function does not run', () => {
  const { at, persist, cache } = project({ a: 'x y' })
  let runs = 0
  const f = persist((_: FileArgument) => ++runs, { cache, funcname: 'f', storekey: true })
  expect(() => f(file(at('a')))).toThrow(
    expect.objectContaining({
      code: 'ERR_PERSIST_PICKLE',
      path: '$[0]',
      message: expect.stringMatching(/^the option storekey cannot store this key: .* an instance of FileArgument /),
    }),
  )
  expect(runs).toBe(0)
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

test('each of many file arguments of one call is checked after the function has run', () => {
  const { at, write, persist, cache, options, happened } = project({ a: '1', b: '1' })
  const first = file(at('a'))
  const many = Array.from({ length: 10_001 }, () => file(at('b')))
  const f = persist((_: FileArgument[]) => write('a', '2'), { cache, report: options.report, funcname: 'f' })
  f([first, ...many])
  expect(happened()).toEqual(['miss absent', 'skip input-changed'])
})

test('a file argument is checked also if the identity of a later one calls another persisted function', () => {
  const { at, write, persist, cache, options, happened } = project({ a: '1', b: '1' })
  const size = persist((argument: FileArgument) => argument.path.length, { cache, funcname: 'size' })
  const sized = { [identity]: () => size(file(at('b'))) }
  const f = persist((_a: FileArgument, _b: object) => write('a', '2'), {
    cache,
    report: options.report,
    funcname: 'f',
  })
  f(file(at('a')), sized)
  expect(happened()).toEqual(['miss absent', 'skip input-changed'])
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
  expect(happened()).toEqual(['miss absent', 'hit'])
  for (const change of [
    () => write('two/below/b.ts', '3'),
    () => write('two/c', ''),
    () => rmSync(at('two/a.ts')),
    () => mkdirSync(at('two/empty')),
    () => symlinkSync('nothing', at('two/d')),
  ]) {
    change()
    build(directory(at('two')))
    build(directory(at('two')))
    expect(happened()).toEqual(['miss absent', 'hit'])
  }
})

test('a link in a folder counts as what it leads to, also outside of the folder', () => {
  const { at, write } = project({ 'linked/a': '1', 'copied/a': '1', 'outside/a': '1', 'outside/below/b': '2' })
  const key = (name: string) => canonical(directory(at(name)))
  rmSync(at('linked/a'))
  symlinkSync(at('outside/a'), at('linked/a'))
  expect(key('linked')).toBe(key('copied'))
  write('outside/a', 'changed')
  expect(key('linked')).not.toBe(key('copied'))
  symlinkSync('../outside/below', at('linked/below'))
  const before = key('linked')
  write('outside/below/b', 'changed')
  expect(key('linked')).not.toBe(before)
})

test('links to the folders around them end', () => {
  const { at, write } = project({ 'loop/a/b/c': '1' })
  symlinkSync('../..', at('loop/a/b/up'))
  symlinkSync('.', at('loop/self'))
  const key = () => canonical(directory(at('loop')))
  const before = key()
  expect(key()).toBe(before)
  write('loop/a/b/c', '2')
  expect(key()).not.toBe(before)
})

test('links to different folders around them differ', () => {
  const { at } = project({ 'one/sub/a': '1', 'two/sub/a': '1' })
  symlinkSync('..', at('one/sub/loop'))
  symlinkSync('.', at('two/sub/loop'))
  expect(canonical(directory(at('one')))).not.toBe(canonical(directory(at('two'))))
})

test('links that double the paths at each level cost one look at each folder', () => {
  const { at, write } = project({ 'diamonds/40/a': '1' })
  for (let level = 0; level < 40; level++) {
    mkdirSync(at(`diamonds/${level}`))
    for (const link of ['b', 'c']) symlinkSync(`../${level + 1}`, at(`diamonds/${level}/${link}`))
  }
  const key = () => canonical(directory(at('diamonds')))
  const before = key()
  write('diamonds/40/a', '2')
  const changed = key()
  expect(changed).not.toBe(before)
  // Now each folder has itself below it, too.
  symlinkSync('../0', at('diamonds/40/b'))
  const looped = key()
  expect(looped).not.toBe(changed)
  write('diamonds/40/a', '1')
  expect(key()).not.toBe(looped)
})

test.each([[{}], [{ exclude: 'none' }]])('a second link to a folder counts as a copy of it: %j', (globs) => {
  const { at, write } = project({ 'linked/a/file': '1', 'linked/a/below/file': '2' })
  for (const name of ['a', 'b']) {
    write(`copied/${name}/file`, '1')
    write(`copied/${name}/below/file`, '2')
  }
  symlinkSync('a', at('linked/b'))
  const key = (name: string) => canonical(directory(at(name), globs))
  expect(key('linked')).toBe(key('copied'))
  write('copied/b/below/file', '3')
  expect(key('linked')).not.toBe(key('copied'))
})

test.runIf(process.platform === 'linux')('a file whose name is no UTF-8 is no part of a folder that has a key', () => {
  const { at } = project({ 'one/a': '1' })
  writeFileSync(Buffer.concat([Buffer.from(at('one/')), Buffer.of(0xe9)]), '1')
  expect(() => canonical(directory(at('one')))).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
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
