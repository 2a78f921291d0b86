import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { start } from './support/child.ts'
import { newFolder, plain } from './support/folder.ts'

const HASH = 'a-hash'
const SOAK = process.env.PERSIST_SOAK !== undefined

test('many processes that want one key at once compute it once', { timeout: SOAK ? 1_200_000 : 60_000 }, async () => {
  for (let round = 0; round < (SOAK ? 20 : 2); round++) {
    const dir = newFolder()
    const children = Array.from({ length: SOAK ? 64 : 16 }, () => start('memo', dir, HASH, 200, 30_000))
    await Promise.all(children.map((child) => child.line('ready')))
    for (const child of children) child.process.stdin!.write('go\n')
    const values = await Promise.all(children.map((child) => child.line('value')))
    expect(children.filter((child) => child.lines.includes('computing'))).toHaveLength(1)
    expect(new Set(values).size).toBe(1)
    await Promise.all(children.map((child) => child.ended))
  }
})

test('when the holder is killed a waiter computes, although the lease would hold for an hour', async () => {
  const dir = newFolder()
  const holder = start('memo', dir, HASH, join(dir, 'never'), 3_600_000)
  const waiter = start('memo', dir, HASH, 1, 3_600_000)
  await Promise.all([holder.line('ready'), waiter.line('ready')])
  holder.process.stdin!.write('go\n')
  await holder.line('computing')
  waiter.process.stdin!.write('go\n')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(waiter.lines).not.toContain('computing')
  holder.process.kill('SIGKILL')
  await waiter.line('computing')
  await waiter.line('value')
})

test('a stopped holder loses the lease after its time, and cannot store over the newer value when it goes on', async () => {
  const dir = newFolder()
  const end = join(dir, 'end')
  const zombie = start('memo', dir, HASH, end, 400)
  await zombie.line('ready')
  zombie.process.stdin!.write('go\n')
  await zombie.line('computing')
  zombie.process.kill('SIGSTOP')
  const other = start('memo', dir, HASH, 1, 400)
  await other.line('ready')
  other.process.stdin!.write('go\n')
  const value = await other.line('value')
  expect(other.lines).toContain('computing')
  writeFileSync(end, '')
  zombie.process.kill('SIGCONT')
  await zombie.line('fenced')
  expect(`value ${diskStore(dir).open('f').get(HASH)?.payload}`).toBe(value)
})

test('a process that computes for longer than its lease keeps it, since it can be seen to live', async () => {
  const dir = newFolder()
  const end = join(dir, 'end')
  const holder = start('memo', dir, HASH, end, 200)
  await holder.line('ready')
  holder.process.stdin!.write('go\n')
  await holder.line('computing')
  const store = diskStore(dir).open('f')
  for (const until = performance.now() + 800; performance.now() < until; ) {
    expect(store.lease!(HASH, 200)).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  writeFileSync(end, '')
  await holder.line('value')
  expect(holder.lines).not.toContain('fenced')
})

test('a worker thread is a holder of its own, and when it is terminated its lease goes to the next asker', async () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  const worker = new Worker(new URL('./children/worker.mjs', import.meta.url), { workerData: { dir } })
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('mine')
  expect(store.lease!(HASH, 60_000)).toBeUndefined()
  await worker.terminate()
  // The test's own time limit ends this.
  let lease = store.lease!(HASH, 60_000)
  while (lease === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    lease = store.lease!(HASH, 60_000)
  }
  expect(lease?.publish(plain(HASH))).toBe(true)
})
