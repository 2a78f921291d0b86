import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { signOf, thisHolder } from '@persist/store/holder'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Machine, thisMachine } from '../src/holding/machine.ts'
import { Witness } from '../src/holding/witness.ts'

interface Facts {
  readonly pid?: number
  readonly threadId?: number
  readonly timeOrigin?: number
  readonly hostname?: string
  readonly texts?: Record<string, string>
  readonly links?: Record<string, string>
  readonly missing?: readonly number[]
  readonly platform?: string
  readonly bootedAt?: number
  /** The temporary folder of machines that share one. */
  readonly notes?: Notes
}

interface Notes {
  text: string
  readonly isReadOnly?: boolean
}

/** A machine of which only these facts can be seen. */
function machine({
  texts = {},
  links = {},
  missing = [],
  hostname = '',
  bootedAt = 5,
  notes = { text: '' },
  ...facts
}: Facts): Machine {
  return {
    pid: 10,
    threadId: 0,
    platform: 'freebsd',
    timeOrigin: 1000.5,
    ...facts,
    hostname: () => hostname,
    text: (path) => texts[path] ?? '',
    link: (path) => links[path] ?? '',
    isMissing: (pid) => missing.includes(pid),
    bootedAt: () => bootedAt,
    note: () => notes.text,
    replaceNote(text) {
      if (!notes.isReadOnly) notes.text = text
    },
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

describe.each(['darwin', 'win32'])('a machine with %s', (platform) => {
  const at = (notes: Notes, facts: Facts = {}) =>
    new Witness(machine({ platform, notes, hostname: 'mac', bootedAt: 1_700_000_000_000, ...facts }))

  test('knows its own dead, also when its name has changed', () => {
    const notes = { text: '' }
    const dead = at(notes, { pid: 20 })
    const here = at(notes, { hostname: 'mac-2.dhcp', missing: [20] })
    expect(here.signOf(dead.self)).toBe('gone')
    expect(here.signOf(here.self)).toBe('self')
  })

  test('waits for one lease of a process that is there, and of a thread that may have ended', () => {
    const notes = { text: '' }
    const here = at(notes, { missing: [20] })
    expect(here.signOf(at(notes, { pid: 30 }).self)).toBe('silent')
    expect(here.signOf(at(notes, { threadId: 3, timeOrigin: 2000 }).self)).toBe('silent')
  })

  test('never takes a process of another machine for a dead one of its own', () => {
    const other = at({ text: '' }, { pid: 20 })
    expect(at({ text: '' }, { missing: [20] }).signOf(other.self)).toBe('silent')
  })

  test('takes a copy of its disk, and a machine that shares its temporary folder, for another machine', () => {
    const notes = { text: '' }
    const other = at(notes, { pid: 20 })
    const here = at(notes, { missing: [20], bootedAt: 1_700_000_020_000 })
    expect(here.signOf(other.self)).toBe('silent')
    expect(at(notes).signOf(other.self)).toBe('silent')
  })

  test('reads the start of the machine a little differently each time', () => {
    const notes = { text: '' }
    const dead = at(notes, { pid: 20 })
    expect(at(notes, { missing: [20], bootedAt: 1_700_000_003_000 }).signOf(dead.self)).toBe('gone')
  })

  test('goes by its name where it cannot note anything, and then takes no process for dead', () => {
    for (const text of ['', 'of another program', '0123456789abcdef']) {
      const notes = { text, isReadOnly: true }
      const here = at(notes, { missing: [20] })
      expect(here.signOf(at(notes, { pid: 20 }).self)).toBe('silent')
      expect(here.self.host).toBe(at(notes).self.host)
    }
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
  expect(signOf(holder)).toBe('gone')
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

describe('what processes note for each other in the temporary folder', () => {
  const before = process.env.TMPDIR
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-holder-'))
    process.env.TMPDIR = folder
  })

  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true })
  })

  test('is read whole, and replaced', () => {
    expect(thisMachine.note()).toBe('')
    thisMachine.replaceNote('one')
    expect(thisMachine.note()).toBe('one')
    thisMachine.replaceNote('two')
    expect(thisMachine.note()).toBe('two')
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('is neither read nor written through a link', () => {
    writeFileSync(join(folder, 'other'), 'of another program')
    symlinkSync(join(folder, 'other'), join(folder, `persist-boot-${process.getuid!()}`))
    expect(thisMachine.note()).toBe('')
    thisMachine.replaceNote('one')
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('of another program')
    expect(thisMachine.note()).toBe('one')
  })
})
