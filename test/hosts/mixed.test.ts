import { closeStores, persist } from '@persist/core'
import { afterEach, describe, expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { type Child, startWith } from '../support/started.ts'
import { newFolder } from './new-folder.ts'
import { child } from './run.ts'
import { RUNTIMES, type Runtime, titleOf } from './runtimes.ts'

const PROCESSES = process.env.PERSIST_SOAK === undefined ? 16 : 64
/** So long that a lease which is taken before its end was taken from a process that was seen to be gone. */
const HOUR = 3_600_000
/** Only Linux shows whether a process has ended. Elsewhere its lease has to end. */
const LONG_LEASE = process.platform === 'linux' ? HOUR : 3_000
const COMPUTING_FOREVER = HOUR

const start = ({ command }: Runtime, ...args: (string | number)[]) => startWith(command, child('calls'), ...args)
const go = (one: Child) => one.process.stdin!.write('go\n')
const pairs = RUNTIMES.map((runtime) => [titleOf(runtime), runtime] as const)

afterEach(closeStores)

describe.each(['file', 'lmdb'])('processes of %s runtimes that share a store', (scheme) => {
  test(`${PROCESSES} with one call at once compute it once, and end by themselves`, async () => {
    const folder = newFolder()
    const children = Array.from({ length: PROCESSES }, (_, index) =>
      start(RUNTIMES[index % RUNTIMES.length]!, scheme, folder, 30_000, 500, 'one'),
    )
    await Promise.all(children.map((one) => one.line('ready')))
    for (const one of children) go(one)
    const values = await Promise.all(children.map((one) => one.line('value')))
    expect(children.filter((one) => one.lines.includes('computing one'))).toHaveLength(1)
    expect(new Set(values.map((line) => line.split(' ').slice(0, -1).join(' '))).size).toBe(1)
    expect(await Promise.all(children.map((one) => one.ended))).toEqual(children.map(() => 0))
    for (const one of RUNTIMES)
      recordRow({
        host: titleOf(one),
        version: one.version,
        ran: `${PROCESSES} processes of all runtimes, one run, on ${scheme}`,
        result: 'passed',
      })
  })

  test.each(pairs)('a killed holder in %s is followed at once by a process of each runtime', async (title, runtime) => {
    const folder = newFolder()
    const holder = start(runtime, scheme, folder, LONG_LEASE, COMPUTING_FOREVER, ...RUNTIMES.map(titleOf))
    const followers = RUNTIMES.map((one) => start(one, scheme, folder, LONG_LEASE, 1, titleOf(one)))
    await Promise.all([holder, ...followers].map((one) => one.line('ready')))
    go(holder)
    await Promise.all(RUNTIMES.map((one) => holder.line(`computing ${titleOf(one)}`)))
    for (const one of followers) go(one)
    await Promise.all(followers.map((one) => one.line('missed')))
    holder.process.kill('SIGKILL')
    const values = await Promise.all(followers.map((one) => one.line('value')))
    expect(values).toEqual(
      RUNTIMES.map((one, index) => expect.stringContaining(`of ${followers[index]!.process.pid} in ${one.name}`)),
    )
    recordRow({
      host: title,
      version: runtime.version,
      ran: `killed holders followed at once, on ${scheme}`,
      result: 'passed',
    })
  })

  test.each(pairs)(
    'a frozen holder in %s loses its lease to another runtime, and overwrites nothing when it goes on',
    async (title, runtime) => {
      const folder = newFolder()
      const other = RUNTIMES[(RUNTIMES.indexOf(runtime) + 1) % RUNTIMES.length]!
      const [frozen, follower] = [
        start(runtime, scheme, folder, 500, 1_000, 'one'),
        start(other, scheme, folder, 500, 1, 'one'),
      ]
      await Promise.all([frozen.line('ready'), follower.line('ready')])
      go(frozen)
      await frozen.line('computing')
      frozen.process.kill('SIGSTOP')
      go(follower)
      const value = await follower.line('value')
      expect(follower.lines).toContain('computing one')
      frozen.process.kill('SIGCONT')
      expect(await frozen.line('value')).toMatch(new RegExp(`^value one one of ${frozen.process.pid} in .* skip$`))
      const cache = `${scheme}://${folder}`
      const slow = persist(async (name: string) => name, { funcname: 'slow', cache, hash: ([name]) => name })
      expect(`value one ${await slow.peek('one')} write`).toBe(value)
      recordRow({
        host: title,
        version: runtime.version,
        ran: `frozen and thawed holders, on ${scheme}`,
        result: 'passed',
      })
    },
  )
})
