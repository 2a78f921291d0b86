import { spawn, spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { harness } from './harness.ts'

const PROGRAM = `
  import { memoryStore, persist } from '@persist/core'
  const f = persist(async (x) => ({ x, no: () => {} }), { funcname: 'f', cache: memoryStore(), verbosity: 4 })
  process.stdout.write('begin\\n')
  for await (const _ of process.stdin) break
  let sum = 0
  for (let x = 0; x < 20; x++) {
    sum += (await f(x)).x
    await new Promise(setImmediate)
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.stdout.write(sum + ' ' + process.stderr.listenerCount('error') + '\\n', () => process.exit())
`

it('a closed stderr ends no process and loses no result, and no listener stays there', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: new URL('../../../examples', import.meta.url),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
    if (said !== 'begin\n') return
    child.stderr.destroy()
    child.stdin.end('go')
  })
  expect(await ended).toBe(0)
  expect(said).toBe('begin\n190 0\n')
})

it('a stderr that throws loses no result', () => {
  const { persist } = harness({
    stderr: () => {
      throw new Error('EPIPE')
    },
  })
  const f = persist((x: number) => x, { funcname: 'f', verbosity: 4, cache: 'memory://stderr' })
  expect([f(1), f(1)]).toEqual([1, 1])
})

it('no name and no message on stderr controls a terminal', () => {
  const lines: string[] = []
  const { persist } = harness({ stderr: (text) => lines.push(text) })
  const f = persist(() => 1, {
    verbosity: 4,
    funcname: 'f\u001b[2J\nfake',
    cache: 'memory://controls',
    tags: () => {
      throw new Error('\u001b]0;title\u0007')
    },
  })
  f()
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) {
    expect(line).toMatch(/^persist: \w+ f\\u001b\[2J\\nfake/)
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u)
  }
})

it.each([
  ['a wrong option', "persist((x) => x, { funcname: 'f', tll: '1h' })", 'did you mean ttl?'],
  ['no key', "persist((x) => 1, { funcname: 'f', cache: 'memory://x' })(() => 1)", 'has no stable identity'],
  ['half a URL', "persist((x) => 1, { funcname: 'f', cache: 'redis:x' })", 'write redis://…'],
])('of an error that is not caught, the message is not buried: %s', (_what, code, message) => {
  const program = `import { persist } from '@persist/core'\n${code}`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('../../../examples', import.meta.url),
    encoding: 'utf8',
  })
  const before = stderr.indexOf(message)
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(1_000)
})
