import { type Line, written } from './change.ts'

const CODE = '{ funcname, dependsOn: [code(import.meta)] }'
const TRACE = '{ funcname, trace: true }'
const BOTH = '{ funcname, trace: true, dependsOn: [code(import.meta)] }'
const A = "new URL('./a.txt', import.meta.url)"

/** The lines of the section about what `dependsOn: [code(import.meta)]` does not notice. */
export const NOT_BY_DEPENDS_ON: readonly Line[] = [
  {
    change: '`import(variable)`, `require(variable)`',
    files: {
      'main.mjs': `const name = './leaf.mjs'
        export const f = persist(async () => (await import(name)).default, ${CODE})`,
      'leaf.mjs': 'export default 1',
    },
    edit: written({ 'leaf.mjs': 'export default 2' }),
  },
  {
    change: 'a program that is started by its path',
    files: {
      'main.mjs': `import { execFileSync } from 'node:child_process'
        const child = import.meta.dirname + '/child.mjs'
        export const f = persist(() => String(execFileSync(process.execPath, [child])), ${CODE})`,
      'child.mjs': 'console.log(1)',
    },
    edit: written({ 'child.mjs': 'console.log(2)' }),
  },
  {
    change: 'a file that the program reads by itself',
    files: {
      'main.mjs': `import { readFileSync } from 'node:fs'
        import { join } from 'node:path'
        export const f = persist(() => readFileSync(join(import.meta.dirname, 'a.txt'), 'utf8'), ${CODE})`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'an installed package that is edited in place',
    files: {
      'main.mjs': `import k from 'installed'\nexport const f = persist(() => k, ${CODE})`,
      'node_modules/installed/package.json': '{ "name": "installed", "version": "1.0.0", "exports": "./index.mjs" }',
      'node_modules/installed/index.mjs': 'export default 1',
    },
    edit: written({ 'node_modules/installed/index.mjs': 'export default 2' }),
  },
  {
    change: 'a variable that the function captures',
    files: { 'main.mjs': `const make = (k) => persist(() => k, ${CODE})\nexport const f = make(process.env.K)` },
    edit: { env: { K: '2' } },
  },
  {
    change: 'a global variable',
    files: { 'main.mjs': `globalThis.k = process.env.K\nexport const f = persist(() => globalThis.k, ${CODE})` },
    edit: { env: { K: '2' } },
  },
  {
    change: 'an environment variable that `env(…)` does not name',
    files: { 'main.mjs': `export const f = persist(() => process.env.K, ${CODE})` },
    edit: { env: { K: '2' } },
  },
  {
    change: 'an environment variable that changes after the function was wrapped',
    files: {
      'main.mjs': `export const f = persist(() => process.env.LATE, { funcname, dependsOn: [env('LATE')] })
        process.env.LATE = \`\${process.env.K}\``,
    },
    edit: { env: { K: '2' } },
  },
]

/** The lines of the section about what `trace: true` does not notice. */
export const NOT_BY_TRACE: readonly Line[] = [
  {
    change: 'what plain `node:fs` reads',
    files: {
      'main.mjs': `import { readFileSync } from 'node:fs'
        export const f = persist(() => readFileSync(${A}, 'utf8'), ${TRACE})`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'what plain `process.env` reads',
    files: { 'main.mjs': `export const f = persist(() => process.env.K, ${TRACE})` },
    edit: { env: { K: '2' } },
  },
  {
    change: 'what a worker reads',
    files: {
      'main.mjs': `import { once } from 'node:events'
        import { Worker } from 'node:worker_threads'
        const ask = async () => (await once(new Worker(new URL('./worker.mjs', import.meta.url)), 'message'))[0]
        export const f = persist(ask, ${TRACE})`,
      'worker.mjs': `import { parentPort } from 'node:worker_threads'
        import { readFileSync } from '@persist/inputs'
        parentPort.postMessage(readFileSync(${A}, 'utf8'))`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'what a child process reads',
    files: {
      'main.mjs': `import { execFileSync } from 'node:child_process'
        const child = import.meta.dirname + '/child.mjs'
        export const f = persist(() => String(execFileSync(process.execPath, [child])), ${BOTH})`,
      'child.mjs': `import { readFileSync } from '@persist/inputs'\nconsole.log(readFileSync(${A}, 'utf8'))`,
      'a.txt': '1',
    },
    edit: written({ 'a.txt': '2' }),
  },
  {
    change: 'what `fetch` returns',
    files: {
      'main.mjs': `import { once } from 'node:events'
        import { createServer } from 'node:http'
        async function get() {
          const server = createServer((_, response) => response.end(process.env.K)).listen(0, '127.0.0.1')
          await once(server, 'listening')
          const response = await fetch(\`http://127.0.0.1:\${server.address().port}\`, { headers: { connection: 'close' } })
          const text = await response.text()
          server.close()
          return text
        }
        export const f = persist(get, ${BOTH})`,
    },
    edit: { env: { K: '2' } },
  },
  {
    change: 'the time, and random numbers',
    files: { 'main.mjs': `export const f = persist(() => performance.timeOrigin + performance.now(), ${BOTH})` },
    edit: {},
  },
  {
    change: 'a captured or global variable',
    files: { 'main.mjs': `globalThis.k = process.env.K\nexport const f = persist(() => globalThis.k, ${BOTH})` },
    edit: { env: { K: '2' } },
  },
  {
    change: 'the code of the function, and of functions that it calls',
    files: {
      'main.mjs': `import k from './leaf.mjs'\nexport const f = persist(() => k, ${TRACE})`,
      'leaf.mjs': 'export default 1',
    },
    edit: written({ 'leaf.mjs': 'export default 2' }),
  },
  {
    change: 'what `f.peek`, `f.has`, `f.lookup` or `f.cache` of another function return',
    files: {
      'main.mjs': `const inner = persist(() => inputs.env('K'), { funcname: funcname + ' inner', trace: true })
        inner()
        export const f = persist(() => inner.peek(), ${TRACE})`,
    },
    edit: { env: { K: '2' } },
  },
]
