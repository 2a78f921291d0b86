import { type Line, linked, removed, touched, written } from './change.ts'

const A = "new URL('./a.txt', import.meta.url)"

/** A function with `trace: true`. */
function traced(body: string, before = ''): string {
  return `${before}\nexport const f = persist(async () => ${body}, { funcname, trace: true })`
}

/** The lines of the section about `trace`. */
export const WITH_TRACE: readonly Line[] = [
  {
    change: 'the content of a file',
    files: { 'main.mjs': traced(`inputs.readFile(${A}, 'utf8')`), 'a.txt': '1' },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'a file that was missing and is there now',
    files: { 'main.mjs': traced(`inputs.readFile(${A}, 'utf8').catch(() => 'none')`) },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'a file that is gone',
    files: { 'main.mjs': traced(`inputs.exists(${A})`), 'a.txt': '1' },
    edit: removed('a.txt'),
  },
  {
    change: 'the names in a folder',
    files: { 'main.mjs': traced("inputs.readdir(new URL('./docs', import.meta.url))"), 'docs/a.md': '' },
    edit: written({ 'docs/b.md': '' }),
  },
  {
    change: 'the size, the kind or the time of a file, from `stat`',
    files: { 'main.mjs': traced(`(await inputs.stat(${A})).mtimeMs`), 'a.txt': '1' },
    edit: touched('a.txt'),
  },
  {
    change: 'the content of an argument `file(…)` of a called function',
    files: {
      'main.mjs': traced(
        `read(inputs.file(${A}))`,
        "const read = persist((file) => inputs.readFileSync(file.path, 'utf8'), { funcname: funcname + '-read' })",
      ),
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'the contents of an argument `directory(…)` of such a function',
    files: {
      'main.mjs': traced(
        "read(inputs.directory(new URL('./docs', import.meta.url)))",
        "const read = persist((docs) => inputs.readFileSync(docs.path + '/a.md', 'utf8'), { funcname: funcname + '-read' })",
      ),
      'docs/a.md': '1',
    },
    edit: written({ 'docs/a.md': '2' }),
  },
  {
    change: 'where a link leads, if a file is read through it',
    files: {
      'main.mjs': traced("inputs.readFile(new URL('./current/a.txt', import.meta.url), 'utf8')"),
      'one/a.txt': '1',
      'two/a.txt': '2',
    },
    links: { current: 'one' },
    edit: linked('current', 'two'),
  },
  {
    change: 'the working directory, if a relative path is read',
    files: {
      'main.mjs': traced(
        "inputs.readFile('a.txt', 'utf8')",
        "process.chdir(import.meta.dirname + (process.env.K === '2' ? '/two' : '/one'))",
      ),
      'one/a.txt': '1',
      'two/a.txt': '2',
    },
    edit: { env: { K: '2' } },
  },
  {
    change: 'an environment variable, also if the program itself sets it',
    files: { 'main.mjs': traced("inputs.env('SET')", 'process.env.SET = String(process.env.K)') },
    edit: { env: { K: '2' } },
  },
  {
    change: 'what a called persisted function returns',
    files: {
      'main.mjs': traced(
        'inner()',
        "const inner = persist(() => process.env.K, { funcname: funcname + ' inner', version: process.env.K })",
      ),
    },
    edit: { env: { K: '2' } },
  },
  {
    change: 'what functions that it calls read, after any number of calls',
    files: {
      'main.mjs': traced(
        'two()',
        `const one = persist(() => inputs.readFileSync(${A}, 'utf8'), { funcname: funcname + ' one', trace: true })
        const two = async () => one()`,
      ),
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'what is read later: after `await`, in timers, in `Promise.all`',
    files: {
      'main.mjs': traced(
        `(await Promise.all([later(), later()]))[1]`,
        `import { setTimeout } from 'node:timers/promises'
        const later = async () => (await setTimeout(1), inputs.readFile(${A}, 'utf8'))`,
      ),
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'whatever else has a digest, from `observe`',
    files: { 'main.mjs': traced('revision()', "const revision = inputs.observe(funcname, () => process.env.K ?? '')") },
    edit: { env: { K: '2' } },
  },
  {
    change: 'the content of an argument `file(…)`, without `trace`',
    files: {
      'main.mjs': `const read = persist((file) => inputs.readFileSync(file.path, 'utf8'), { funcname })
        export const counted = read
        export const f = () => read(inputs.file(${A}))`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'the contents of an argument `directory(…)`, without `trace`',
    files: {
      'main.mjs': `const read = persist((docs) => inputs.readFileSync(docs.path + '/a.md', 'utf8'), { funcname })
        export const counted = read
        export const f = () => read(inputs.directory(new URL('./docs', import.meta.url)))`,
      'docs/a.md': '1',
    },
    edit: written({ 'docs/a.md': '2' }),
  },
]
