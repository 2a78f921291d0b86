import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LeaseHolder, StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'
import { mongoStore } from '@persist/store-mongo'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { type Child, start } from './child.ts'

// Calls wait for the default time, ten minutes, so a test with an unnoticed ring fails by its time limit.

describe.each([
  ['file', diskStore],
  ['lmdb', lmdbStore],
] as const)('over %s://', (scheme, open) => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-ring-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const place = () => ({ cache: `${scheme}://${folder}`, adapter: open(folder) })

  waits('async', place)
  waits('sync', place)
  waits('join', place)
})

withMongo('over mongodb://', (server) => {
  const place = () => {
    const cache = `mongodb://${new URL(server).host}/${randomUUID()}` as const
    return { cache, adapter: mongoStore(cache) }
  }
  waits('async', place)
  waits('join', place)
})

function waits(kind: string, place: () => { cache: string; adapter: StoreAdapter }): void {
  test(`${kind}: two processes that wait for each other both end at once, and each stores its own result`, async () => {
    const { cache, adapter } = place()
    const values = await run([start('ring', cache, kind, 'a', 'b'), start('ring', cache, kind, 'b', 'a')])
    // One of them has waited for the other, or each has computed for itself.
    expect([
      ['a(b)', 'b(a(b))'],
      ['a(b(a))', 'b(a)'],
      ['a(b)', 'b(a)'],
    ]).toContainEqual(values)
    for (const [index, name] of ['a', 'b'].entries()) {
      expect((await adapter.open(name).get('one'))?.payload).toBe(JSON.stringify(values[index]))
    }
    await adapter.close()
  })

  test(`${kind}: three processes that wait for each other all end at once`, async () => {
    const { cache, adapter } = place()
    const ring = ['a', 'b', 'c', 'a']
    const values = await run(ring.slice(1).map((next, index) => start('ring', cache, kind, ring[index]!, next)))
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      expect(values[index]).toMatch(new RegExp(`^${name}\\(`))
      expect((await adapter.open(name).get('one'))?.payload).toBe(JSON.stringify(values[index]))
    }
    await adapter.close()
  })

  test(`${kind}: processes that wait in a row note the leases that they wait for, and each function runs once`, async () => {
    const { cache, adapter } = place()
    const row = [
      start('ring', cache, kind, 'a', 'b'),
      start('ring', cache, kind, 'b', 'c'),
      start('ring', cache, kind, 'c'),
    ]
    await Promise.all(row.map((child) => child.line('computing')))
    const [a, b, c] = row as [Child, Child, Child]
    const idOf = async (name: string) => (await holderOf(adapter, name))!.id
    const ids = { b: await idOf('b'), c: await idOf('c') }
    b.process.stdin!.write('go\n')
    await waitsFor(adapter, 'b', [ids.c])
    a.process.stdin!.write('go\n')
    await waitsFor(adapter, 'a', [ids.b, ids.c])
    c.process.stdin!.write('go\n')
    expect(await Promise.all(row.map((child) => child.line('value')))).toEqual([
      'value a(b(c))',
      'value b(c)',
      'value c',
    ])
    expect(await Promise.all(row.map((child) => child.ended))).toEqual([0, 0, 0])
    expect(row.flatMap(({ lines }) => lines.filter((line) => line.startsWith('run')))).toEqual([
      'run a',
      'run b',
      'run c',
    ])
    await adapter.close()
  })
}

async function run(children: Child[]): Promise<string[]> {
  await Promise.all(children.map((child) => child.line('computing')))
  for (const child of children) child.process.stdin!.write('go\n')
  const values = await Promise.all(children.map((child) => child.line('value')))
  expect(await Promise.all(children.map((child) => child.ended))).toEqual(children.map(() => 0))
  return values.map((line) => line.slice('value '.length))
}

async function holderOf(adapter: StoreAdapter, name: string): Promise<LeaseHolder | undefined> {
  let holder: LeaseHolder | undefined
  const onHeld = (one: LeaseHolder) => {
    holder = one
  }
  const lease = await adapter.open(name).lease!('one', 60_000, { onHeld })
  await lease?.release()
  return holder
}

async function waitsFor(adapter: StoreAdapter, name: string, ids: readonly string[]): Promise<void> {
  for (;;) {
    const holder = await holderOf(adapter, name)
    if (holder?.waitsFor?.length === ids.length) return expect(holder.waitsFor).toEqual(ids)
    await pause(20)
  }
}
