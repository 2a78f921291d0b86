import { fileURLToPath } from 'node:url'
import { createPersist } from '@persist/core'
import { expect, test } from 'vitest'
import { execute, json, newFolder, persist } from './support/command.ts'

const MODULE = fileURLToPath(new URL('children/adopted.mjs', import.meta.url))
const OLD = { LEFT: 'old', RIGHT: 'same' }
const NEW = { LEFT: 'new', RIGHT: 'same' }

/** A cache in use: it stays open while the command reads it. */
function ask(cwd: string, options: { readonly storekey?: boolean; readonly now?: () => number } = {}) {
  const { now, ...others } = options
  const cached = createPersist({ env: {}, ...(now !== undefined && { now }) })
  return cached((prompt: { model: string; temperature: number }, seed: number) => `${prompt.model} ${seed}`, {
    funcname: 'ask',
    cache: `file://${cwd}/persist`,
    ttl: '1h',
    ...others,
  })
}

test('why names the nearest call, with values where keys are stored', async () => {
  const cwd = newFolder()
  const f = ask(cwd)
  f({ model: 'small', temperature: 0 }, 1)
  f({ model: 'large', temperature: 1 }, 2)
  const args = ['--args', '[{"model":"small","temperature":0.2},1]']
  expect(await json(['why', 'ask', ...args], { cwd })).toMatchObject({
    reason: 'absent',
    nearest: { differs: ['$[0].temperature'] },
  })
  const { stdout } = await persist(['why', 'ask', ...args], { cwd })
  expect(stdout).toMatch(
    /answer {4}a call computes: there is no entry\nnearest {3}\S{43}, written .*\ndiffers {3}\$\[0\]\.temperature\n$/,
  )

  const keyed = newFolder()
  ask(keyed, { storekey: true })({ model: 'small', temperature: 0 }, 1)
  expect(await json(['why', 'ask', ...args], { cwd: keyed })).toMatchObject({
    nearest: { differs: ['$[0].temperature: 0 → 0.2'] },
  })
})

test('why reports a stored entry, an expired one, and a function that is not there', async () => {
  const cwd = newFolder()
  ask(cwd)({ model: 'small', temperature: 0 }, 1)
  const args = ['--args', '[{"model":"small","temperature":0},1]']
  expect(await json(['why', 'ask', ...args], { cwd })).toMatchObject({ reason: 'none' })
  const old = newFolder()
  ask(old, { now: () => 1000 })({ model: 'small', temperature: 0 }, 1)
  expect(await json(['why', 'ask', ...args], { cwd: old })).toMatchObject({ reason: 'expired', createdAt: 1000 })
  expect(await persist(['why', 'askk', ...args], { cwd })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Did you mean ask?'),
  })
})

test('why names what a version was made of and what has changed, by the newest version or by a module', async () => {
  const cwd = newFolder()
  const run = (env: Record<string, string>, ...calls: string[]) =>
    execute(process.execPath, [MODULE, ...calls], { cwd, env })
  await run(OLD, '1', '2')
  expect(await json(['why', 'slow', '--args', '[1]'], { cwd })).toMatchObject({ reason: 'none', changed: [] })
  const byModule = await json(['why', 'slow', '--args', '[1]', '--from', MODULE], { cwd, env: NEW })
  expect(byModule).toMatchObject({ reason: 'version', changed: ['./LEFT.ts'] })
  expect((byModule as { parts: string[] }).parts).toEqual(expect.arrayContaining(['./LEFT.ts', './RIGHT.ts']))
  await run(NEW, '2')
  const { stdout } = await persist(['why', 'slow', '--args', '[1]'], { cwd })
  expect(stdout).toContain('a call computes: the entry is of another version')
  expect(stdout).toContain('changed   ./LEFT.ts')
})
