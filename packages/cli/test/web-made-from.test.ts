import { createPersist } from '@persist/core'
import { expect, test } from 'vitest'
import { newFolder } from './support/command.ts'
import { serving } from './support/serving.ts'

const product = (steps: number, size: number) => steps * size

test('the page gets what an entry was made from, what has changed since, and the nearest call', async () => {
  const cwd = newFolder()
  const cache = `file://${cwd}/persist`
  const simulate = (digests: Record<string, string>) => {
    const parts = Object.entries(digests).map(([name, digest]) => ({ name, digest }))
    const code = { name: 'code', read: () => ({ digest: JSON.stringify(parts), parts }) }
    return createPersist({ env: {} })(product, {
      funcname: 'simulate',
      cache,
      storekey: true,
      versions: 'beside',
      dependsOn: [code],
    })
  }
  const before = simulate({ './integrate.ts': '1', 'mathjs@14.0.0': '1', './same.ts': '1' })
  before(100, 1)
  await new Promise((resolve) => setTimeout(resolve, 5))
  const now = simulate({ './integrate.ts': '2', 'mathjs@14.0.1': '2', './same.ts': '1' })
  now(100, 2)
  const served = await serving([], cwd)
  const get = async (path: string) => {
    const reply = await fetch(`http://127.0.0.1:${served.port}${path}`, {
      headers: { authorization: `Bearer ${served.token}` },
    })
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
  }
  await get('/api/overview')
  const { body } = await get('/api/entries?funcname=simulate&order=createdAt&descending=false')
  const [old, current] = (body as { rows: { hash: string }[] }).rows
  const madeFrom = async (hash: string) => (await get(`/api/entry?funcname=simulate&hash=${hash}`)).body
  expect(await madeFrom(old!.hash)).toMatchObject({
    source: expect.any(String),
    madeFrom: {
      parts: expect.arrayContaining(['./integrate.ts', 'mathjs@14.0.0', './same.ts']),
      changed: ['./integrate.ts', 'mathjs 14.0.0 → 14.0.1'],
    },
    nearest: { hash: current!.hash, differs: ['$[1]: 2 → 1'] },
  })
  expect(await madeFrom(current!.hash)).toMatchObject({ madeFrom: { changed: [] } })
  await served.end()
})
