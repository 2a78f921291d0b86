import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from '@persist/core'
import { env, observe, readFile, readFileSync } from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'
import { runProgram } from './support/run-program.ts'

/** A function `title` that reads a file, and a function `page` that calls it. */
function twoFunctions() {
  const made = project({ 'a.md': 'Title\ntext' })
  const { at, persist, options } = made
  const runs: string[] = []
  const title = persist(
    async (path: string) => {
      runs.push('title')
      return (await readFile(at(path), 'utf8')).split('\n')[0]!
    },
    { ...options, report: () => {}, funcname: 'title' },
  )
  const page = persist(
    async (path: string) => {
      runs.push('page')
      return `<h1>${await title(path)}</h1>`
    },
    { ...options, funcname: 'page' },
  )
  return { ...made, title, page, ran: () => runs.splice(0).join() }
}

test('a change reaches the result through the function that was called', async () => {
  const { write, page, ran, happened } = twoFunctions()
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect([ran(), happened()]).toEqual(['page,title', ['miss absent', 'hit']])
  write('a.md', 'Other\ntext')
  expect(await page('a.md')).toBe('<h1>Other</h1>')
  expect([ran(), happened()]).toEqual(['title,page', ['miss input title']])
})

test('a called function that returns an equal result ends the search for changes', async () => {
  const { write, page, ran, happened } = twoFunctions()
  await page('a.md')
  ran()
  write('a.md', 'Title\nother text')
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect([ran(), happened()]).toEqual(['title', ['miss absent', 'hit']])
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect([ran(), happened()]).toEqual(['', ['hit']])
})

test('a call that is made only to verify an entry is no input of the function around', async () => {
  const { write, title, persist, options, happened } = twoFunctions()
  const quiet = { ...options, report: () => {} }
  const isTitled = persist(async () => (await title('a.md')) !== '', { ...quiet, funcname: 'isTitled' })
  // Variables are verified before calls.
  const name = 'PERSIST_INPUTS_REVISION'
  process.env[name] = '1'
  const site = persist(async () => `${env(name)} ${await isTitled()}`, { ...options, funcname: 'site' })
  expect(await site()).toBe('1 true')
  write('a.md', 'Title\nother text')
  process.env[name] = '2'
  expect(await site()).toBe('2 true')
  write('a.md', 'Other\ntext')
  expect(await site()).toBe('2 true')
  expect(happened()).toEqual(['miss absent', `miss input $${name}`, 'hit'])
  delete process.env[name]
})

test('a result that was put, deleted or expired is found by those that were made of it', async () => {
  const { title, page, ran, happened } = twoFunctions()
  await page('a.md')
  await title.put('Put', 'a.md')
  expect(await page('a.md')).toBe('<h1>Put</h1>')
  await title.forget('a.md')
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect(happened()).toEqual(['miss absent', 'miss input title', 'miss input title'])
  ran()
  await title.forget('a.md')
  expect(await page('a.md')).toBe('<h1>Title</h1>')
  expect([ran(), happened()]).toEqual(['title', ['hit']])
})

test('calls through functions that are not traced count, and so do their reads', async () => {
  const { at, write, persist, options, happened } = project({ a: '1' })
  const inner = persist((name: string) => readFileSync(at(name), 'utf8'), {
    ...options,
    report: () => {},
    funcname: 'inner',
  })
  const between = persist(async (name: string) => inner(name), { cache: options.cache, funcname: 'between' })
  const outer = persist(async () => `${await between('a')}!`, { ...options, funcname: 'outer' })
  expect(await outer()).toBe('1!')
  expect(await outer()).toBe('1!')
  expect(happened()).toEqual(['miss absent', 'hit'])
  write('a', '2')
  // `between` is not traced: it goes on serving what it has stored, and `outer` is computed from that.
  expect(await outer()).toBe('1!')
  expect(happened()).toEqual(['miss input inner'])
})

test('a function in another store, and one that is called synchronously, are verified', async () => {
  const { at, write, persist, options, happened } = project({ a: '1', b: '2' })
  const quiet = { ...options, report: () => {} }
  const asynchronous = persist(async () => readFile(at('a'), 'utf8'), {
    ...quiet,
    funcname: 'asynchronous',
    cache: memoryStore('inputs of calls'),
  })
  const synchronous = persist(() => readFileSync(at('b'), 'utf8'), { ...quiet, funcname: 'synchronous' })
  const both = persist(async () => `${await asynchronous()}${synchronous()}`, { ...options, funcname: 'both' })
  const alone = persist(() => `${synchronous()}!`, { ...options, funcname: 'alone' })
  expect([await both(), alone(), await both(), alone()]).toEqual(['12', '2!', '12', '2!'])
  expect(happened()).toEqual(['miss absent', 'miss absent', 'hit', 'hit'])
  write('a', '3')
  expect([await both(), alone()]).toEqual(['32', '2!'])
  write('b', '4')
  expect([await both(), alone()]).toEqual(['34', '4!'])
  expect(happened()).toEqual(['miss input asynchronous', 'hit', 'miss input synchronous', 'miss input synchronous'])
})

test('an async generator that is traced, and one that is called, are verified', async () => {
  const { at, write, persist, options, happened } = project({ a: '1 2', b: '3' })
  const quiet = { ...options, report: () => {} }
  async function* words() {
    for (const word of (await readFile(at('a'), 'utf8')).split(' ')) yield word
    yield await readFile(at('b'), 'utf8')
  }
  const stream = persist(words, { ...options, funcname: 'words' })
  const quietStream = persist(words, { ...quiet, funcname: 'quiet words' })
  const collect = async (chunks: AsyncIterable<string>) => {
    const all: string[] = []
    for await (const chunk of chunks) all.push(chunk)
    return all.join()
  }
  const joined = persist(async () => collect(quietStream()), { ...options, funcname: 'joined' })
  expect([await collect(stream()), await collect(stream())]).toEqual(['1,2,3', '1,2,3'])
  expect([await joined(), await joined()]).toEqual(['1,2,3', '1,2,3'])
  expect(happened()).toEqual(['miss absent', 'hit', 'miss absent', 'hit'])
  write('b', '4')
  expect(await collect(stream())).toBe('1,2,4')
  expect(await joined()).toBe('1,2,4')
  expect(happened()).toEqual(['miss input b', 'miss input quiet words'])
  const first = persist(
    async () => {
      for await (const word of quietStream.with({ refresh: true })()) return word
      return undefined
    },
    { ...options, funcname: 'first' },
  )
  expect(await first()).toBe('1')
  expect(happened()).toEqual(['miss absent', expect.stringContaining('has not ended'), 'skip input-unverifiable'])
})

test('a called function that failed cannot be verified, so the result is not stored', async () => {
  const { persist, options, happened } = project()
  const fails = persist(async (): Promise<number> => Promise.reject(new Error('no')), {
    cache: options.cache,
    funcname: 'fails',
  })
  const robust = persist(async () => fails().catch(() => 0), { ...options, funcname: 'robust' })
  expect([await robust(), await robust()]).toEqual([0, 0])
  expect(happened().filter((what) => what.startsWith('skip'))).toEqual([
    'skip input-unverifiable',
    'skip input-unverifiable',
  ])
})

test('a called function that another process does not have counts as changed there', async () => {
  const { cache, root } = project()
  const run = (...args: string[]) => runProgram('caller.mjs', [cache, ...args], { cwd: root })
  expect(await run('inner')).toEqual(['inner', 'miss absent', '1'])
  expect(await run('inner')).toEqual(['hit', '1'])
  expect(await run('', 'explains')).toEqual(['inner (not verified)', 'miss input inner', '1'])
})

test('a cache that was moved to another folder is as good as before', async () => {
  const { home, cache, root } = project()
  const run = (folder: string) => runProgram('caller.mjs', [folder, 'inner'], { cwd: root })
  expect(await run(cache)).toEqual(['inner', 'miss absent', '1'])
  renameSync(join(home, 'cache'), join(home, 'moved'))
  expect(await run(`file://${join(home, 'moved')}`)).toEqual(['hit', '1'])
})

test('in a new process the stored key of a called function allows another call of it', async () => {
  const { cache, root, write } = project({ a: 'Title 1' })
  const run = () => runProgram('title.mjs', [cache], { cwd: root })
  expect(await run()).toEqual(['title', 'miss absent', 'Title'])
  write('a', 'Title 2')
  expect(await run()).toEqual(['title', 'hit', 'Title'])
})

test.each([
  ['synchronous', 'first'],
  ['synchronous', 'second'],
  ['asynchronous', 'first'],
  ['asynchronous', 'second'],
])('two %s functions of which each has called the other at some time end, called by the %s', async (kind, begin) => {
  const { at, write, persist, options } = project({ text: '1' })
  // A variable that is recorded nowhere, so that only the calls are verified.
  let direction = 'there'
  const make = (funcname: string, body: () => unknown) =>
    kind === 'synchronous'
      ? persist(() => body() as number, { ...options, report: () => {}, funcname })
      : persist(async () => (await body()) as number, { ...options, report: () => {}, funcname, waitTimeout: '2m' })
  const first: () => unknown = make('first', () => (direction === 'there' ? second() : 1))
  let runs = 0
  const second: () => unknown = make('second', () => {
    runs++
    readFileSync(at('text'))
    return direction === 'back' ? first() : 1
  })
  expect(await first()).toBe(1)
  direction = 'back'
  write('text', '2')
  expect(await (begin === 'first' ? first() : second())).toBe(1)
  expect(runs).toBe(2)
})

test('a recursive function verifies each of its calls once', () => {
  const { at, write, persist, options, happened } = project({ one: '1' })
  let runs = 0
  const fib: (n: number) => number = persist(
    (n: number): number => {
      runs++
      return n < 2 ? Number(readFileSync(at('one'), 'utf8')) : fib(n - 1) + fib(n - 2)
    },
    { ...options, report: () => {}, funcname: 'fib' },
  )
  const top = persist(() => fib(40), { ...options, funcname: 'top' })
  expect(top()).toBe(165580141)
  expect(runs).toBe(41)
  expect(top()).toBe(165580141)
  expect(runs).toBe(41)
  write('one', '2')
  expect(top()).toBe(331160282)
  expect(runs).toBe(82)
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input fib'])
})

test('an environment variable is an input, by a salted digest of its value', () => {
  const { home, persist, options, happened } = project()
  const name = 'PERSIST_INPUTS_THEME'
  const theme = persist(() => `${env(name)} ${env(name)}`, { ...options, funcname: 'theme' })
  delete process.env[name]
  expect([theme(), theme()]).toEqual(['undefined undefined', 'undefined undefined'])
  process.env[name] = 'dark'
  expect([theme(), theme()]).toEqual(['dark dark', 'dark dark'])
  const [file] = readdirSync(join(home, 'cache', 'theme'))
  const [head] = readFileSync(join(home, 'cache', 'theme', file!), 'utf8').split('\n')
  expect(head).toMatch(/"inputs":\["env [\w-]{22} [\w-]{16} PERSIST_INPUTS_THEME"\]/)
  expect(head).not.toContain('dark')
  process.env[name] = ''
  expect(theme()).toBe(' ')
  delete process.env[name]
  expect(happened()).toEqual(['miss absent', 'hit', `miss input $${name}`, 'hit', `miss input $${name}`])
})

test('of two functions that observe under one name, neither verifies what the other has read', () => {
  const { persist, options, happened } = project()
  let users = 1
  const revisionOfUsers = observe('one name for two', () => users)
  const first = persist(() => revisionOfUsers(), { ...options, funcname: 'first' })
  expect(first()).toBe(1)
  const revisionOfTeams = observe('one name for two', () => 1)
  const second = persist(() => revisionOfTeams(), { ...options, funcname: 'second' })
  expect([second(), second()]).toEqual([1, 1])
  users = 2
  expect(first()).toBe(2)
  expect(happened()).toEqual(['miss absent', 'miss absent', 'hit', 'miss input one name for two'])
})

test('what is observed is read again before a hit', async () => {
  const { persist, options, happened } = project()
  let version = 1
  const now = observe('version, at once', () => version)
  const later = observe('version, later', async () => ({ version }))
  const atOnce = persist(() => now() * 10, { ...options, funcname: 'at once' })
  const afterwards = persist(async () => (await later()).version * 100, { ...options, funcname: 'afterwards' })
  expect([atOnce(), await afterwards(), atOnce(), await afterwards()]).toEqual([10, 100, 10, 100])
  version = 2
  expect([atOnce(), await afterwards()]).toEqual([20, 200])
  expect(happened()).toEqual([
    'miss absent',
    'miss absent',
    'hit',
    'hit',
    'miss input version, at once',
    'miss input version, later',
  ])
  expect(() => observe('', () => 1)).toThrow('a name')
  expect(() => observe('x', 1 as never)).toThrow('a function')
})

test('a called function of a new version, whose results stand beside earlier ones, is called again', async () => {
  const { at, persist, options, happened } = project({ a: '12' })
  let runs = 0
  const body = async () => {
    runs++
    return (await readFile(at('a'), 'utf8')).length
  }
  const versioned = (version: string) =>
    persist(body, { ...options, report: () => {}, funcname: 'size', version, versions: 'beside' })
  let size = versioned('1')
  const double = persist(async () => 2 * (await size()), { ...options, funcname: 'double' })
  await double()
  size = versioned('2')
  expect([await double(), await double(), runs]).toEqual([4, 4, 2])
  expect(happened()).toEqual(['miss absent', 'hit', 'hit'])
})

test('a result that was made because a call was aborted is not stored, like that of any call that failed', async () => {
  const { persist, options, happened } = project()
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow = persist(async () => passed.then(() => 'done'), {
    ...options,
    trace: false,
    report: () => {},
    funcname: 'slow',
  })
  for (const overrides of [{}, { bypass: true }]) {
    for (const isEarly of [false, true]) {
      const outer = persist(
        async () => {
          const aborting = new AbortController()
          if (isEarly) aborting.abort()
          else setImmediate(() => aborting.abort())
          return slow
            .with({ ...overrides, signal: aborting.signal })()
            .catch(() => 'gave up')
        },
        { ...options, funcname: `outer ${overrides.bypass} ${isEarly}` },
      )
      expect(await outer()).toBe('gave up')
      expect(happened()).toEqual(['miss absent', expect.stringContaining('the call failed'), 'skip input-unverifiable'])
    }
  }
  open()
})

test('a chain of 1,500 calls is served without a run, and another one after a change', async () => {
  const { at, write, persist, options } = project({ a: 'old' })
  let runs = 0
  const step = (level: number): string => {
    runs++
    return level === 0 ? readFileSync(at('a'), 'utf8') : chain(level - 1)
  }
  const chain = persist(step, { ...options, funcname: 'chain', cache: memoryStore() })
  chain(1_500)
  runs = 0
  expect([chain(1_500), runs]).toEqual(['old', 0])
  write('a', 'newer')
  expect([chain(200), runs]).toEqual(['newer', 201])
})

test('calls whose results differ each time lead to few runs, not to twice as many for each level', async () => {
  const { persist, options } = project()
  let count = 0
  const volatile = persist(async () => ++count, {
    ...options,
    trace: false,
    funcname: 'volatile',
    cache: memoryStore(),
    shouldStore: () => false,
  })
  const chain: (level: number) => Promise<number> = persist(
    async (level: number) => (level === 0 ? volatile() : chain(level - 1)),
    { ...options, funcname: 'chain', cache: memoryStore() },
  )
  expect(await chain(12)).toBe(1)
  expect(await chain(12)).toBeLessThan(13 ** 2)
})
