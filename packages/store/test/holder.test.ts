import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { signOf, thisHolder } from '@persist/store/holder'
import { describe, expect, test } from 'vitest'
import type { Machine } from '../src/holding/machine.ts'
import { Witness } from '../src/holding/witness.ts'

interface Facts {
  readonly pid?: number
  readonly threadId?: number
  readonly timeOrigin?: number
  readonly hostname?: string
  readonly texts?: Record<string, string>
  readonly links?: Record<string, string>
  readonly missing?: readonly number[]
}

/** A machine of which only these facts can be seen. */
function machine({ texts = {}, links = {}, missing = [], hostname = '', ...facts }: Facts): Machine {
  return {
    pid: 10,
    threadId: 0,
    timeOrigin: 1000.5,
    ...facts,
    hostname: () => hostname,
    text: (path) => texts[path] ?? '',
    link: (path) => links[path] ?? '',
    isMissing: (pid) => missing.includes(pid),
  }
}

const BOOT = '/proc/sys/kernel/random/boot_id'
const stat = (state: string, start: number) => `1 (a b) c) ${state} ${'0 '.repeat(18)}${start} 0`

/** A Linux machine with `/proc`, seen by the process 10, whose thread 10 started at tick 500. */
const linux = (facts: Facts = {}): Machine =>
  machine({
    ...facts,
    texts: { [BOOT]: 'boot', '/proc/10/task/10/stat': stat('R', 500), ...facts.texts },
    links: {
      '/proc/self/ns/pid': 'pid:[1]',
      '/proc/self/ns/time': 'time:[1]',
      '/proc/thread-self': '10/task/10',
      ...facts.links,
    },
  })

describe('a host without /proc', () => {
  const here = new Witness(machine({ hostname: 'mac', missing: [20] }))

  test('knows its own thread, and takes another process of that name and number for another', () => {
    expect(here.signOf(here.self)).toBe('self')
    expect(here.signOf({ ...here.self, start: '7' })).toBe('silent')
  })

  test('does not call a holder gone whose number is missing here: another host may have the same name', () => {
    const there = new Witness(machine({ hostname: 'mac', pid: 20 }))
    expect(there.self.host).toBe(here.self.host)
    expect(here.signOf(there.self)).toBe('silent')
  })

  test('waits for one lease of another thread of its process, which may have been ended', () => {
    const other = new Witness(machine({ hostname: 'mac', threadId: 3, timeOrigin: 2000 }))
    expect(here.signOf(other.self)).toBe('silent')
  })

  test('starts without a name, too', () => {
    const nameless = new Witness(machine({}))
    expect(nameless.signOf(nameless.self)).toBe('self')
    expect(nameless.self.host).toMatch(/^[0-9a-f]{12}$/)
  })
})

test('a boot without a namespace of process ids does not make these comparable', () => {
  const here = new Witness(machine({ texts: { [BOOT]: 'boot' }, hostname: 'a', missing: [20] }))
  expect(here.signOf({ ...here.self, pid: 20 })).toBe('silent')
  expect(new Witness(machine({ texts: { [BOOT]: 'boot' }, hostname: 'b' })).self.host).not.toBe(here.self.host)
})

describe('a host with /proc', () => {
  test('distinguishes a holder that runs, is stopped, has ended, or left its number to a later process', () => {
    const here = new Witness(
      linux({
        missing: [20],
        texts: {
          '/proc/30/task/31/stat': stat('S', 700),
          '/proc/40/task/40/stat': stat('T', 700),
          '/proc/50/task/50/stat': stat('Z', 700),
          '/proc/60/stat': stat('S', 700),
        },
      }),
    )
    const { host } = here.self
    expect(here.self).toEqual({ host, pid: 10, thread: '10', start: '500' })
    expect(here.signOf({ host, pid: 20, thread: '20', start: '700' })).toBe('gone')
    expect(here.signOf({ host, pid: 30, thread: '31', start: '700' })).toBe('alive')
    expect(here.signOf({ host, pid: 30, thread: '31', start: '701' })).toBe('gone')
    expect(here.signOf({ host, pid: 40, thread: '40', start: '700' })).toBe('silent')
    expect(here.signOf({ host, pid: 50, thread: '50', start: '700' })).toBe('gone')
    expect(here.signOf({ host, pid: 60, thread: '61', start: '700' })).toBe('gone')
  })

  test('calls a holder likely that it may not look at', () => {
    const here = new Witness(linux())
    expect(here.signOf({ ...here.self, pid: 30, thread: '30', start: '700' })).toBe('likely')
  })

  test('takes another time namespace for another host: the start times of one mean nothing in the other', () => {
    const here = new Witness(linux())
    const there = new Witness(linux({ links: { '/proc/self/ns/time': 'time:[2]' } }))
    expect(there.self.host).not.toBe(here.self.host)
    expect(here.signOf({ ...there.self, start: '499' })).toBe('silent')
  })

  test('takes another namespace of process ids, and another boot, for another host', () => {
    const here = new Witness(linux())
    for (const other of [linux({ links: { '/proc/self/ns/pid': 'pid:[2]' } }), linux({ texts: { [BOOT]: 'later' } })])
      expect(here.signOf({ ...new Witness(other).self, pid: 30 })).toBe('silent')
  })

  test('waits for one lease of another thread of its process where no start is known, and longer for a process', () => {
    const noThreads = { links: { '/proc/thread-self': '' } }
    const here = new Witness(linux(noThreads))
    const other = new Witness(linux({ ...noThreads, threadId: 2, timeOrigin: 3 }))
    expect(here.self.thread).toBe('w0')
    expect(here.signOf(other.self)).toBe('silent')
    expect(here.signOf({ ...other.self, pid: 30 })).toBe('likely')
  })

  test('reads holders of earlier versions, which had the start 0 where it was unknown', () => {
    const here = new Witness(linux())
    expect(here.signOf({ ...here.self, pid: 30, thread: 'w0', start: '0' })).toBe('likely')
    expect(here.signOf({ ...here.self, thread: 'w0', start: '0' })).toBe('silent')
  })
})

// Read from the very machine that runs this test.
test('this thread is itself, another running process is not gone, and one that was killed is', async () => {
  expect(signOf(thisHolder())).toBe('self')
  const source = `import('@persist/store/holder').then(({ thisHolder }) => {
    console.log(JSON.stringify(thisHolder()))
    setInterval(() => {}, 1000)
  })`
  const child = spawn(process.execPath, ['-e', source], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const holder = JSON.parse(String(line))
  expect(signOf(holder)).not.toBe('gone')
  expect(signOf(holder)).not.toBe('self')
  child.kill('SIGKILL')
  await once(child, 'exit')
  // Where process ids cannot be compared, only its heartbeat shows it.
  expect(signOf(holder)).toBe(process.platform === 'linux' ? 'gone' : 'silent')
})

test('a worker thread is another holder than its process, and its end is seen', async () => {
  const holderModule = new URL('../dist/holder.js', import.meta.url).href
  const source = `import('${holderModule}').then(({ thisHolder }) => {
    require('node:worker_threads').parentPort.postMessage(thisHolder())
    setInterval(() => {}, 1000)
  })`
  const worker = new Worker(source, { eval: true })
  const [holder] = await once(worker, 'message')
  expect(holder.pid).toBe(process.pid)
  expect(signOf(holder)).not.toBe('self')
  await worker.terminate()
  expect(signOf(holder)).toBe(process.platform === 'linux' ? 'gone' : 'silent')
})
