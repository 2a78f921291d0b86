import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type Holder, thisHolder } from '@persist/store/holder'
import { beforeEach, expect, test } from 'vitest'
import { LmdbLeaseObserver } from '../src/lease-observer.ts'
import type { LeaseRecord } from '../src/lease-record.ts'

let now = 0
let observer: LmdbLeaseObserver
beforeEach(() => {
  now = 5_000
  observer = new LmdbLeaseObserver({ monotonic: () => now })
})

const elsewhere: Holder = { ...thisHolder(), host: 'another host' }
const isLost = (name: string, record: LeaseRecord) => observer.look(name, record, 100).isLost
const lease = (beat: number, holder = elsewhere, id = 'x') => ({ id, ms: 100, beat, holder })

test('a holder of whom nothing but its heartbeat is known loses the lease after its time without one', () => {
  expect(isLost('a', lease(1))).toBe(false)
  now += 99
  expect(isLost('a', lease(1))).toBe(false)
  now += 1
  expect(isLost('a', lease(1))).toBe(true)
})

test('a heartbeat, or another lease, starts the time again', () => {
  expect(isLost('a', lease(1))).toBe(false)
  now += 99
  expect(isLost('a', lease(2))).toBe(false)
  now += 99
  expect(isLost('a', lease(2, elsewhere, 'y'))).toBe(false)
  now += 100
  expect(isLost('a', lease(2, elsewhere, 'y'))).toBe(true)
})

test('the time counts for each entry by itself, and from the first look', () => {
  now += 1_000_000
  expect(isLost('a', lease(1))).toBe(false)
  now += 100
  expect(isLost('b', lease(1))).toBe(false)
  expect(isLost('a', lease(1))).toBe(true)
})

test('a hundred thousand dead leases that are asked for in turn are all given up after one lease time', () => {
  const ask = () => {
    let lost = 0
    for (let number = 0; number < 100_000; number++) if (isLost(`n${number}`, lease(1))) lost++
    return lost
  }
  expect(ask()).toBe(0)
  now += 99
  expect(ask()).toBe(0)
  now += 1
  expect(ask()).toBe(100_000)
})

test('a record that claims to hold forever, or for no time, holds as long as a lease does', () => {
  const claims = [1e300, Number.POSITIVE_INFINITY, 0, -1, Number.NaN]
  for (const ms of claims) isLost(`${ms}`, { ...lease(1), ms })
  now += 99
  for (const ms of claims) expect(isLost(`${ms}`, { ...lease(1), ms }), `${ms}`).toBe(false)
  now += 300_000
  for (const ms of claims) expect(isLost(`${ms}`, { ...lease(1), ms }), `${ms}`).toBe(true)
})

test('an asker whose own leases are long believes in long leases of others', () => {
  const hour = { ...lease(1), ms: 3_600_000 }
  observer.look('a', hour, 3_600_000)
  now += 3_599_999
  expect(observer.look('a', hour, 3_600_000).isLost).toBe(false)
  now += 1
  expect(observer.look('a', hour, 3_600_000).isLost).toBe(true)
})

test.runIf(existsSync('/proc/self/stat'))(
  'a process that has ended loses its lease at once, one that runs on keeps it through a long synchronous call',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const { pid } = child
    const holder = { ...thisHolder(), pid: pid!, thread: String(pid), start: startOf(pid!) }
    expect(isLost('a', lease(1, holder))).toBe(false)
    now += 1_000
    expect(isLost('a', lease(1, holder))).toBe(false)
    now += 1_000_000
    expect(isLost('a', lease(1, holder)), 'a lease forever').toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    observer.forget('a')
    expect(isLost('a', lease(1, holder))).toBe(true)
  },
)

/** When a process started, in the kernel's ticks: field 22 of `proc_pid_stat(5)`. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
