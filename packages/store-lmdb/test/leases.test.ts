import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LeaseHolder, Store } from '@persist/store'
import { thisHolder } from '@persist/store/holder'
import { lmdbStore } from '@persist/store-lmdb'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { Environment } from '../src/environment.ts'
import { keyOf, prefixOf } from '../src/keys.ts'
import { decodeLease, encodeLease } from '../src/lease-record.ts'

const ENTRY = { hash: 'h', payload: 'x', createdAt: 1 }
const LONG = 60_000

let folder: string
let now: number
let store: Store<'sync'>
let close: () => void
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
  now = 0
  const adapter = lmdbStore(folder, { flush: false, monotonic: () => now })
  store = adapter.open('f')
  close = () => adapter.close()
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true })
})

/** Asks for the lease, and gives the holder that the store names. */
function holderOf(asked: Store<'sync'>, steal?: string): LeaseHolder | undefined {
  let holder: LeaseHolder | undefined
  const lease = asked.lease!('h', LONG, { ...(steal !== undefined && { steal }), onHeld: (held) => (holder = held) })
  expect(lease).toBeUndefined()
  return holder
}

test('who asks for a held lease is given its id, which no other lease has', () => {
  const ids = new Set<string>()
  for (let round = 0; round < 100; round++) {
    const lease = store.lease!('h', LONG)!
    expect(holderOf(store)).toEqual({ id: lease.id, promised: false })
    ids.add(lease.id!)
    lease.release()
  }
  expect(ids.size).toBe(100)
})

test.runIf(process.platform === 'linux')(
  'a lease in a copy of the file ends in its time, though its holder runs; in the file itself it is held',
  () => {
    const { id } = store.lease!('h', LONG)!
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
    const parent = { ...thisHolder(), pid: process.ppid, thread: `${process.ppid}`, start }
    change(({ leases }) => {
      const key = keyOf(prefixOf('f'), 'h')
      leases.putSync(key, encodeLease({ ...decodeLease(leases.get(key))!, holder: parent }))
    })
    const copy = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    cpSync(folder, copy, { recursive: true })
    const copied = lmdbStore(copy, { flush: false, monotonic: () => now })
    onTestFinished(() => copied.close())
    for (const asked of [store, copied.open('f')]) expect(holderOf(asked)).toEqual({ id, promised: false })
    now += LONG
    expect(holderOf(store)).toEqual({ id, promised: false })
    expect(copied.open('f').lease!('h', LONG)).toBeDefined()
  },
)

test('a promise that the holder has noted is seen by another store, and the lease goes on', () => {
  const other = lmdbStore(folder, { flush: false })
  const lease = store.lease!('h', LONG)!
  lease.promised!()
  expect(holderOf(other.open('f'))).toEqual({ id: lease.id, promised: true })
  expect(lease.renew(LONG)).toBe(true)
  lease.promised!()
  expect(holderOf(other.open('f'))?.promised).toBe(true)
  expect(lease.publish(ENTRY)).toBe(true)
  const next = store.lease!('h', LONG)!
  lease.promised!()
  expect(holderOf(store), 'the note of an ended lease').toEqual({ id: next.id, promised: false })
  other.close()
})

test('a lease that was free, or was taken, names no holder', () => {
  const onHeld = () => expect.unreachable()
  const lease = store.lease!('h', LONG, { onHeld })
  expect(store.lease!('h', LONG, { steal: true, onHeld })).toBeDefined()
  expect(store.lease!('other', LONG, { steal: lease!.id!, onHeld })).toBeUndefined()
})

test('a theft by id takes the lease from that holder only', () => {
  const first = store.lease!('h', LONG)!
  expect(holderOf(store, 'another id')).toEqual({ id: first.id, promised: false })
  const second = store.lease!('h', LONG, { steal: first.id! })!
  expect(second.id).not.toBe(first.id)
  expect(first.publish(ENTRY)).toBe(false)
  expect(first.renew(LONG)).toBe(false)
  expect(holderOf(store, first.id), 'a second theft').toEqual({ id: second.id, promised: false })
  first.release()
  expect(second.publish(ENTRY)).toBe(true)
})

const ends: Record<string, (lease: NonNullable<ReturnType<NonNullable<Store<'sync'>['lease']>>>) => void> = {
  released: (lease) => lease.release(),
  published: (lease) => lease.publish(ENTRY),
  set: () => store.set(ENTRY),
  deleted: () => store.delete('h'),
  cleared: () => store.clear(),
}
for (const [how, end] of Object.entries(ends)) {
  test(`a theft by id comes too late for a lease that was ${how}`, () => {
    const lease = store.lease!('h', LONG)!
    end(lease)
    expect(holderOf(store, lease.id)).toBeUndefined()
  })
}

test('of many processes that steal one lease by its id, one gets it', async () => {
  const program = fileURLToPath(new URL('./children/steals.mjs', import.meta.url))
  const thieves = Array.from({ length: 4 }, () => spawn(process.execPath, [program, folder], { stdio: 'pipe' }))
  try {
    const answers = thieves.map(linesOf)
    await Promise.all(answers.map((next) => next()))
    for (let round = 0; round < 25; round++) {
      const lease = store.lease!(`h${round}`, LONG)!
      for (const thief of thieves) thief.stdin!.write(`h${round} ${lease.id}\n`)
      const got = await Promise.all(answers.map((next) => next()))
      expect(got.filter((answer) => answer === 'taken')).toHaveLength(1)
      expect(lease.publish(ENTRY)).toBe(false)
    }
  } finally {
    for (const thief of thieves) thief.kill('SIGKILL')
  }
})

test('the dead leases of another host are all taken after one lease time, however many there are', () => {
  const dead = 5_000
  const prefix = prefixOf('f')
  const holder = { ...thisHolder(), host: 'another host' }
  change(({ leases }) => {
    for (let number = 0; number < dead; number++) {
      leases.putSync(keyOf(prefix, `${number}`), encodeLease({ id: `${number}`, ms: 100, beat: 0, holder }))
    }
  })
  const takeAll = () => {
    let taken = 0
    for (let number = 0; number < dead; number++) if (store.lease!(`${number}`, 100)) taken++
    return taken
  }
  expect(takeAll()).toBe(0)
  now += 99
  expect(takeAll()).toBe(0)
  now += 1
  expect(takeAll()).toBe(dead)
})

test('a record that is no lease, or claims to hold forever, stops no key', () => {
  const records = [
    '',
    'no JSON',
    'null',
    '5',
    '[]',
    '{}',
    '{"id":5,"ms":1e15}',
    `{"id":"${'x'.repeat(1000)}","ms":1e15,"beat":0}`,
    '{"id":"a","ms":1e999,"beat":0}',
    '{"id":"b","beat":0}',
    '{"id":"c","ms":"forever","beat":"x","holder":{"host":1}}',
    `{"id":"d","ms":1e15,"beat":0,"holder":${JSON.stringify({ ...thisHolder(), pid: -1 })}}`,
    `{"id":"e","ms":1e15,"beat":0,"holder":${JSON.stringify({ ...thisHolder(), pid: {}, thread: '../..' })}}`,
    `{"id":"f","ms":1e15,"beat":0,"holder":${JSON.stringify({ ...thisHolder(), thread: '1/../..' })}}`,
  ]
  change(({ leases }) => {
    for (const [index, record] of records.entries())
      leases.putSync(keyOf(prefixOf('f'), `${index}`), Buffer.from(record))
  })
  const refused = records.filter((_, index) => store.lease!(`${index}`, LONG) === undefined)
  expect(refused.every((record) => /^\{"id":"[a-f]"/.test(record))).toBe(true)
  now += 300_000
  for (const [index, record] of records.entries()) {
    if (refused.includes(record)) expect(store.lease!(`${index}`, LONG), record).toBeDefined()
  }
})

test('of a foreign note of waits only the ids count', () => {
  const { id } = store.lease!('h', LONG)!
  for (const [waitsFor, ids] of STRANGE_WAITS) {
    change(({ leases }) => {
      const record = { id, ms: LONG, beat: 0, holder: thisHolder(), waitsFor }
      leases.putSync(keyOf(prefixOf('f'), 'h'), Buffer.from(JSON.stringify(record)))
    })
    expect(holderOf(store)).toEqual({ id, promised: false, ...(ids && { waitsFor: ids }) })
  }
})

const STRANGE_WAITS: readonly (readonly [unknown, (readonly string[])?])[] = [
  [
    ['a', 5, null, { a: 1 }, 'b'],
    ['a', 'b'],
  ],
  [Array(1000).fill('a'), Array(100).fill('a')],
  [['x'.repeat(201)]],
  ['a'],
  [{ 0: 'a', length: 1 }],
  [null],
]

function change(act: Parameters<Environment['change']>[0]): void {
  const environment = new Environment(folder, false)
  environment.change(act)
  environment.close()
}

/** Gives the lines that a process prints, one a call. */
function linesOf({ stdout }: ChildProcess): () => Promise<string> {
  const lines = createInterface({ input: stdout! })[Symbol.asyncIterator]()
  return async () => (await lines.next()).value as string
}
