import { type Line, touched, written } from './change.ts'

const A = "new URL('./a.txt', import.meta.url)"

/** The lines of the section about changes after which nothing is computed again. */
export const NO_REASON: readonly Line[] = [
  {
    change: 'the times of a file of the program, as after a checkout',
    files: { 'main.mjs': 'export const f = persist(() => 1, { funcname, dependsOn: [code(import.meta)] })' },
    edit: touched('main.mjs'),
  },
  {
    change: "the version in the program's own `package.json`",
    files: {
      'package.json': '{ "name": "program", "version": "1.0.0" }',
      'main.mjs': 'export const f = persist(() => 1, { funcname, dependsOn: [code(import.meta)] })',
    },
    edit: written({ 'package.json': '{ "name": "program", "version": "1.0.1" }' }),
  },
  {
    change: 'a comment, the formatting, an unused neighbor, with `of`',
    files: {
      'main.mjs': `// one
        export const run = () => 1
        export const f = persist(run, { funcname, dependsOn: [code(import.meta, { of: 'run' })] })`,
    },
    edit: written({
      'main.mjs': `// two
        export const unused = 1
        export  const  run = () => 1
        export const f = persist(run, { funcname, dependsOn: [code(import.meta, { of: 'run' })] })`,
    }),
  },
  {
    change: 'the times of a file that was read, or an equal file in its place',
    files: {
      'main.mjs': `export const f = persist(() => inputs.readFileSync(${A}, 'utf8'), { funcname, trace: true })`,
      'a.txt': '1',
    },
    edit: touched('a.txt'),
  },
  {
    change: 'a file whose change leaves the result of a called function equal',
    files: {
      'main.mjs': `const read = () => inputs.readFileSync(${A}, 'utf8').trim()
        const inner = persist(read, { funcname: funcname + ' inner', trace: true, storekey: true })
        export const f = persist(() => inner(), { funcname, trace: true })`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '1\n' }),
  },
  {
    change: 'a variable, a file or a line of code that nothing names',
    files: {
      'main.mjs':
        "export const f = persist(() => inputs.env('CONSTANT'), { funcname, trace: true, dependsOn: [code(import.meta)] })",
      'a.txt': '1',
    },
    edit: { ...written({ 'a.txt': '2', 'b.mjs': '' }), env: { K: '2' } },
  },
]
