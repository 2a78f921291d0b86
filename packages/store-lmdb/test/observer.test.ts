import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type Holder, thisHolder } from '@persist/store/holder'
import { beforeEach, expect, test } from 'vitest'
import { Observer } from '../src/observer.ts'

let now = 0
let observer: Observer
beforeEach(() => {
  now = 5_000
  observer = new Observer(() => now)
})

const elsewhere: Holder = { ...thisHolder(), host: 'another host' }
const lease = (beat: number, holder = elsewhere, id = 'x') => ({ id, ms: 100, beat, holder })

test('a holder of whom nothing but its heartbeat is known loses the lease after its time without one', () => {
  expect(observer.isLost('a', lease(1))).toBe(false)
  now += 99
  expect(observer.isLost('a', lease(1))).toBe(false)
  now += 1
  expect(observer.isLost('a', lease(1))).toBe(true)
})

test('a heartbeat, or another lease, starts the time anew', () => {
  expect(observer.isLost('a', lease(1))).toBe(false)
  now += 99
  expect(observer.isLost('a', lease(2))).toBe(false)
  now += 99
  expect(observer.isLost('a', lease(2, elsewhere, 'y'))).toBe(false)
  now += 100
  expect(observer.isLost('a', lease(2, elsewhere, 'y'))).toBe(true)
})

test('the time counts for each entry by itself, and from the first look', () => {
  now += 1_000_000
  expect(observer.isLost('a', lease(1))).toBe(false)
  now += 100
  expect(observer.isLost('b', lease(1))).toBe(false)
  expect(observer.isLost('a', lease(1))).toBe(true)
})

test('watching very many entries takes bounded memory, and loses only patience', () => {
  observer.isLost('first', lease(1))
  for (let number = 0; number < 5_000; number++) observer.isLost(`n${number}`, lease(1))
  now += 100
  expect(observer.isLost('first', lease(1))).toBe(false)
  expect(observer.isLost('n4999', lease(1))).toBe(true)
})

test.runIf(existsSync('/proc/self/stat'))(
  'a process that has ended loses its lease at once, one that runs on keeps it through a long synchronous call',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const { pid } = child
    const holder = { ...thisHolder(), pid: pid!, thread: String(pid), start: startOf(pid!) }
    expect(observer.isLost('a', lease(1, holder))).toBe(false)
    now += 1_000
    expect(observer.isLost('a', lease(1, holder))).toBe(false)
    now += 1_000_000
    expect(observer.isLost('a', lease(1, holder)), 'a lease for ever').toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    observer.forget('a')
    expect(observer.isLost('a', lease(1, holder))).toBe(true)
  },
)

/** When a process started, in the kernel's ticks: field 22 of `proc_pid_stat(5)`. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
