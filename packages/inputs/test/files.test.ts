import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exists, existsSync, readdir, readdirSync, readFile, readFileSync, stat, statSync } from '@persist/inputs'
import { expect, onTestFinished, test } from 'vitest'
import { project } from './support/project.ts'
import { runProgram } from './support/run-program.ts'

test('a result of a file is a hit until the file has other content', async () => {
  const { at, write, persist, options, happened } = project({ 'a.md': 'one' })
  const page = persist(async (path: string) => `<${await readFile(path, 'utf8')}>`, { ...options, funcname: 'page' })
  expect(await page(at('a.md'))).toBe('<one>')
  expect(await page(at('a.md'))).toBe('<one>')
  write('a.md', 'one')
  expect(await page(at('a.md'))).toBe('<one>')
  expect(happened()).toEqual(['miss absent', 'hit', 'hit'])
  write('a.md', 'two')
  expect(await page(at('a.md'))).toBe('<two>')
  expect(happened()).toEqual(['miss input a.md'])
})

test('a synchronous function records what it reads, too', () => {
  const { at, write, persist, options, happened } = project({ 'a.md': 'one' })
  const page = persist((path: string) => readFileSync(path).toString('hex'), { ...options, funcname: 'page' })
  expect(page(at('a.md'))).toBe('6f6e65')
  expect(page(at('a.md'))).toBe('6f6e65')
  write('a.md', 'two')
  expect(page(at('a.md'))).toBe('74776f')
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input a.md'])
})

test('reads after awaits, in Promise.all, in timers and in functions that it calls are recorded', async () => {
  const { at, write, persist, options, happened } = project({ a: '1', b: '2', c: '3', d: '4' })
  const later = (name: string) =>
    new Promise<string>((resolve) => setTimeout(() => resolve(readFileSync(at(name), 'utf8')), 1))
  const sum = persist(
    async () => {
      await later('a')
      const [b, c] = await Promise.all([readFile(at('b'), 'utf8'), later('c')])
      return `${b}${c}${await readFile(pathToFileURL(at('d')), 'utf8')}`
    },
    { ...options, funcname: 'sum' },
  )
  await sum()
  await sum()
  expect(happened()).toEqual(['miss absent', 'hit'])
  for (const name of ['a', 'b', 'c', 'd']) {
    write(name, 'x')
    await sum()
    expect(happened()).toEqual([`miss input ${name}`])
  }
})

test('a file that was looked for and is missing is an input: it may appear', async () => {
  const { at, write, persist, options, happened } = project({})
  const read = persist(
    async () => ((await exists(at('a'))) ? 'there' : await readFile(at('b'), 'utf8').catch(({ code }) => code)),
    { ...options, funcname: 'read' },
  )
  expect(await read()).toBe('ENOENT')
  expect(await read()).toBe('ENOENT')
  expect(happened()).toEqual(['miss absent', 'hit'])
  write('b', 'text')
  expect(await read()).toBe('text')
  expect(happened()).toEqual(['miss input b'])
  write('a', '')
  expect(await read()).toBe('there')
  expect(happened()).toEqual(['miss input a'])
  rmSync(at('a'))
  expect(await read()).toBe('text')
  expect(happened()).toEqual(['miss input a'])
})

test('a listing is an input: names that come, go or become folders are noticed, contents are not', async () => {
  const { at, write, persist, options, happened } = project({ 'docs/a': '1', 'docs/b': '2' })
  const names = persist(async () => (await readdir(at('docs'))).join(), { ...options, funcname: 'names' })
  const all = persist(() => readdirSync(at('docs'), { recursive: true }).join(), { ...options, funcname: 'all' })
  expect(await names()).toBe('a,b')
  expect(all()).toBe('a,b')
  write('docs/a', 'changed')
  await names()
  all()
  expect(happened()).toEqual(['miss absent', 'miss absent', 'hit', 'hit'])
  write('docs/below/c', '3')
  expect(await names()).toBe('a,b,below')
  expect(all()).toBe(`a,b,below,${join('below', 'c')}`)
  expect(happened()).toEqual(['miss input docs', 'miss input docs'])
  write('docs/below/d', '4')
  await names()
  expect(all()).toBe(`a,b,below,${join('below', 'c')},${join('below', 'd')}`)
  expect(happened()).toEqual(['hit', 'miss input docs'])
  rmSync(at('docs/b'))
  mkdirSync(at('docs/b'))
  await names()
  expect(happened()).toEqual(['miss input docs'])
})

test('what stat says is an input, and nothing else of the file', async () => {
  const { at, write, persist, options, happened } = project({ a: 'one' })
  const size = persist(async () => (await stat(at('a'))).size, { ...options, funcname: 'size' })
  const kind = persist(() => `${statSync(at('a')).kind} ${existsSync(at('a'))}`, { ...options, funcname: 'kind' })
  expect([await size(), kind()]).toEqual([3, 'file true'])
  expect([await size(), kind()]).toEqual([3, 'file true'])
  write('a', 'three')
  expect(await size()).toBe(5)
  rmSync(at('a'))
  await expect(size()).rejects.toThrow('ENOENT')
  expect(kind).toThrow('ENOENT')
  expect(happened().filter((what) => what.startsWith('miss'))).toEqual([
    'miss absent',
    'miss absent',
    'miss input a',
    'miss input a',
    'miss input a',
  ])
})

test('content counts, and not times: a file that was set back and forth, or replaced by an equal one, is a hit', async () => {
  const { at, write, persist, options, happened } = project({ a: 'one', b: 'one' })
  const read = persist(() => readFileSync(at('a'), 'utf8'), { ...options, funcname: 'read' })
  read()
  utimesSync(at('a'), 1, 1)
  read()
  renameSync(at('b'), at('a'))
  read()
  expect(happened()).toEqual(['miss absent', 'hit', 'hit'])
  write('b', 'two')
  utimesSync(at('b'), 1, 1)
  renameSync(at('b'), at('a'))
  expect(read()).toBe('two')
  expect(happened()).toEqual(['miss input a'])
})

test('another checkout of a project hits the entries of the first, by what its own files contain', async () => {
  const one = project({ 'docs/a.md': 'text' })
  const two = project({ 'docs/a.md': 'text' })
  // Two stores of one database, as two machines have them.
  const run = (checkout: string) => runProgram('checkout.mjs', [one.cache], { cwd: checkout })
  writeFileSync(one.at('package.json'), '{}')
  writeFileSync(two.at('package.json'), '{}')
  expect(await run(one.root)).toEqual(['miss absent', 'text'])
  expect(await run(two.root)).toEqual(['hit', 'text'])
  two.write('docs/a.md', 'other')
  expect(await run(two.root)).toEqual(['miss input docs/a.md', 'other'])
})

test('a relative path is read from the working directory, which is an input then', () => {
  const { root, at, persist, options, happened } = project({ a: 'above', 'below/a': 'below' })
  const before = process.cwd()
  onTestFinished(() => process.chdir(before))
  const read = persist(() => readFileSync('a', 'utf8'), { ...options, funcname: 'read' })
  process.chdir(root)
  expect(read()).toBe('above')
  process.chdir(at('below'))
  expect(read()).toBe('below')
  expect(read()).toBe('below')
  process.chdir(root)
  expect(read()).toBe('above')
  expect(happened()).toEqual(['miss absent', 'miss input working directory', 'hit', 'miss input working directory'])
})

test('a file outside of the root is no input that can be verified, not even through a link: the result is not stored', () => {
  const { home, at, write, persist, options, happened } = project({})
  write('../outside', 'text')
  symlinkSync(join(home, 'outside'), at('link'))
  for (const path of [join(home, 'outside'), at('link')]) {
    const read = persist(() => readFileSync(path, 'utf8'), { ...options, funcname: `read ${path.length}` })
    expect([read(), read()]).toEqual(['text', 'text'])
    expect(happened()).toEqual([
      'miss absent',
      expect.stringContaining('is outside of'),
      'skip input-unverifiable',
      'miss absent',
      'skip input-unverifiable',
    ])
  }
})

test('a file inside of the root that is reached by a link outside is no input, since the link may change; a link to the root is fine', () => {
  const { home, root, at, persist, options, happened } = project({ a: 'a', b: 'b' })
  const link = join(home, 'link')
  symlinkSync(at('a'), link)
  const read = persist(() => readFileSync(link, 'utf8'), { ...options, funcname: 'read' })
  expect(read()).toBe('a')
  expect(happened()).toEqual(['miss absent', expect.stringContaining('is outside of'), 'skip input-unverifiable'])
  rmSync(link)
  symlinkSync(at('b'), link)
  expect(read()).toBe('b')
  symlinkSync(root, join(home, 'same'))
  const path = join(home, 'same', 'a')
  const through = persist(() => readFileSync(path, 'utf8'), { ...options, funcname: 'through' })
  expect([through(), through.has()]).toEqual(['a', true])
})

test('that a path is no folder can be verified', () => {
  const { at, write, persist, options, happened } = project({ a: 'text' })
  const list = persist(
    () => {
      try {
        return readdirSync(at('a'))
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    },
    { ...options, funcname: 'list' },
  )
  expect([list(), list()]).toEqual(['ENOTDIR', 'ENOTDIR'])
  expect(happened()).toEqual(['miss absent', 'hit'])
  rmSync(at('a'))
  write('a/b', '')
  expect(list()).toEqual(['b'])
})

test('a file that the function itself writes is refused as an input', async () => {
  const { at, write, persist, options, happened } = project({ a: '1' })
  const count = persist(
    async () => {
      const now = Number(await readFile(at('a'), 'utf8')) + 1
      write('a', String(now))
      return now
    },
    { ...options, funcname: 'count' },
  )
  expect([await count(), await count()]).toEqual([2, 3])
  expect(happened()).toEqual(['miss absent', 'skip input-changed', 'miss absent', 'skip input-changed'])
})

test('outside of traced functions everything is read as usual', async () => {
  const { at, persist, cache, happened } = project({ a: 'one' })
  const read = persist(async () => readFile(at('a'), { encoding: 'utf8' }), { cache, funcname: 'read' })
  expect(await read()).toBe('one')
  expect(await read()).toBe('one')
  expect(readFileSync(at('a'), 'utf8')).toBe('one')
  expect(existsSync(at('b'))).toBe(false)
  expect(statSync(at('a')).size).toBe(3)
  await expect(readFile(at('b'))).rejects.toThrow('ENOENT')
  expect(happened()).toEqual([])
})

test('recursive listings name links and do not follow them, in every runtime', async () => {
  const { at, write, options, persist, happened } = project({ 'docs/a.md': '', 'other/b.md': '' })
  symlinkSync(at('other'), at('docs/link'))
  const sync = persist(() => readdirSync(at('docs'), { recursive: true }).join(), { ...options, funcname: 'sync' })
  const async = persist(async () => (await readdir(at('docs'), { recursive: true })).join(), {
    ...options,
    funcname: 'async',
  })
  for (const expected of ['miss absent', 'hit']) {
    expect([sync(), await async()]).toEqual(['a.md,link', 'a.md,link'])
    expect(happened()).toEqual([expected, expected])
  }
  write('docs/folder/c.md', '')
  expect([sync(), await async()]).toEqual(Array(2).fill(['a.md', 'folder', join('folder', 'c.md'), 'link'].join()))
})

test.each([
  ['link/../a', 'read', '1'],
  ['a/', 'exists', false],
  ['', 'exists', false],
  ['a/..', 'exists', false],
  ['none/../a', 'exists', false],
] as const)(
  'a path that leads elsewhere without its last part is read as it is, and not recorded: %j',
  (path, way, expected) => {
    const { at, root, options, persist, happened } = project({ a: '2', 'docs/a': '1', 'docs/sub/b': '' })
    symlinkSync(at('docs/sub'), at('link'))
    const whole = path === '' ? '' : `${root}/${path}`
    const f = persist(() => (way === 'read' ? readFileSync(whole, 'utf8') : existsSync(whole)), {
      ...options,
      funcname: 'f',
    })
    for (let call = 0; call < 2; call++) {
      expect(f()).toBe(expected)
      expect(happened()).toContain('skip input-unverifiable')
    }
  },
)

test('a path with .. or a separator at its end that leads to the same place is recorded', () => {
  const { root, options, persist, happened } = project({ a: '1', 'docs/b': '' })
  const f = persist(() => [readFileSync(`${root}/docs/../a`, 'utf8'), existsSync(`${root}/docs/`)].join(), {
    ...options,
    funcname: 'f',
  })
  expect([f(), f()]).toEqual(['1,true', '1,true'])
  expect(happened()).toEqual(['miss absent', 'hit'])
})
