import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { type DirectoryArgument, directory } from '@persist/inputs'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { json, newFolder, persist } from './support/command.ts'
import { HOSTILE } from './support/filled.ts'
import { fillTraced, putTraced } from './support/traced.ts'

test('show and why name what an entry was made from', async () => {
  const cwd = newFolder()
  const { site, page } = fillTraced(cwd)
  const shown = await persist(['show', 'site', site], { cwd })
  expect(shown.stdout).toContain(`inputs    \n  env $THEME\n  file a b.md\n  call page ${page}\n`)
  const asked = await persist(['why', 'site', site], { cwd })
  expect(asked.stdout).toContain('a call is served, unless the program requires')
  expect(asked.stdout).toContain('inputs    $THEME, a b.md, page\n')
})

test('why names the inputs that have changed since, as far as the command can verify them', async () => {
  const cwd = newFolder()
  const { site, page, title } = fillTraced(cwd)
  const why = async (hash: string, env: Record<string, string> = {}, ...args: string[]) => {
    const funcname = { [site]: 'site', [page]: 'page' }[hash]!
    const { stdout } = await persist(['why', funcname, hash, ...args], { cwd, env })
    return stdout.split('\n').filter((line) => /^(?:answer|changed|not sure)/.test(line))
  }
  const computes = 'answer    a call computes: an input has changed'
  expect(await why(site, { THEME: 'dark' })).toEqual([computes, 'changed   $THEME'])
  expect(await why(site, {}, '--root', newFolder())).toEqual([computes, 'changed   a b.md'])
  writeFileSync(join(cwd, 'a b.md'), 'other text')
  expect(await why(site)).toEqual([computes, 'changed   a b.md'])
  putTraced(cwd, 'title', { hash: title, inputs: [], payload: '{"v":1,"json":2}' })
  expect(await why(page)).toEqual([computes, 'changed   title'])
  // The function `page` may return an equal result.
  expect(await why(site)).toEqual([computes, 'changed   a b.md', 'not sure  page'])
  diskStore(join(cwd, 'persist')).open('title').delete(title)
  const unless =
    'answer    a call is served, unless an input that only a program can verify has changed, or the program'
  expect(await why(page)).toEqual([expect.stringContaining(unless), 'not sure  title'])
})

test('why verifies a folder that a function passed to another one', async () => {
  const cwd = newFolder()
  const options = { cache: `file://${join(cwd, 'persist')}` } as const
  const wrap = createPersist({ env: {}, stderr: () => {} })
  const count = wrap(({ path }: DirectoryArgument) => readdirSync(path).length, { ...options, funcname: 'count' })
  const site = wrap(() => count(directory(cwd, { include: '*.m d' })), {
    ...options,
    funcname: 'site',
    trace: { root: cwd },
  })
  site()
  const changed = async () => {
    const { stdout } = await persist(['why', 'site', '--args', '[]', '--root', cwd], { cwd })
    return stdout.split('\n').filter((line) => /^(?:changed|not sure)/.test(line))
  }
  expect(await changed()).toEqual([])
  writeFileSync(join(cwd, 'a.m d'), '')
  expect(await changed()).toEqual(['changed   . {"include":"*.m%20d"}'])
})

test('the inputs of an entry are a tree: a call has those of its own entry', async () => {
  const cwd = newFolder()
  const { site, page, title } = fillTraced(cwd)
  const inputs = {
    shown: [
      { kind: 'env', name: '$THEME', state: 'unchanged' },
      { kind: 'file', name: 'a b.md', state: 'unchanged' },
      {
        kind: 'call',
        name: 'page',
        state: 'unchanged',
        hash: page,
        inputs: { shown: [{ kind: 'call', name: 'title', hash: title, inputs: { shown: [] } }] },
      },
    ],
  }
  expect(await json(['why', 'site', site], { cwd })).toMatchObject({ inputs })
})

test('inputs that call each other, or that no program wrote, are shown as far as they go', async () => {
  const cwd = newFolder()
  const store = diskStore(join(cwd, 'persist')).open('f')
  const call = (hash: string, funcname = 'f') => `call x - ${JSON.stringify([funcname, hash, ''])}`
  const entry = (hash: string, inputs: string[]) => store.set({ hash, payload: '1', createdAt: 1, inputs })
  entry('one', [call('two'), call('../../etc'), call('none', '../out'), 'nothing', 'call x - {', HOSTILE])
  entry('two', [call('one'), call('two')])
  const other = `call x - ${JSON.stringify(['f', 'one', 'redis://elsewhere'])}`
  entry('many', [other, ...Array.from({ length: 300 }, (_, i) => `file x - ${i}`)])
  const { inputs } = (await json(['why', 'f', 'one'], { cwd })) as { inputs: { shown: object[] } }
  const state = 'changed'
  const two = { kind: 'call', name: 'f', state, hash: 'two' }
  const running = { kind: 'call', name: 'f', state: 'unknown' }
  expect(inputs.shown).toEqual([
    {
      ...two,
      inputs: {
        shown: [
          { kind: 'call', name: 'f', state, hash: 'one', inputs: expect.anything() },
          { ...running, hash: 'two' },
        ],
      },
    },
    running,
    { ...running, name: '../out' },
    { kind: 'unreadable', name: 'nothing', state },
    { ...running, name: '{' },
    expect.anything(),
  ])
  expect(await json(['why', 'f', 'many'], { cwd })).toMatchObject({
    inputs: { shown: expect.arrayContaining([running]), more: 101 },
  })
  for (const hash of ['one', 'many']) {
    for (const command of ['show', 'why']) {
      const { stdout } = await persist([command, 'f', hash], { cwd })
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u)
    }
  }
})

test('a traced function that read nothing has no inputs, and others have none recorded', async () => {
  const cwd = newFolder()
  const cached = createPersist({ env: {} })
  const cache = `file://${join(cwd, 'persist')}` as const
  cached((x: number) => x, { funcname: 'traced', trace: true, cache })(1)
  cached((x: number) => x, { funcname: 'untraced', cache })(1)
  const args = ['--args', '[1]']
  expect(await json(['why', 'traced', ...args], { cwd })).toMatchObject({ inputs: { shown: [] } })
  expect(await json(['why', 'untraced', ...args], { cwd })).not.toHaveProperty('inputs')
})
