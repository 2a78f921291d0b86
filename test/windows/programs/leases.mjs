// One run for many processes, and what becomes of a holder's lease when it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { diskStore } from '@persist/store-disk'

const HASH = 'a-hash'
const LONG_MS = 3_600_000
const dir = mkdtempSync(join(tmpdir(), 'persist-leases-'))
after(() => rmSync(dir, { recursive: true, force: true }))

test('six processes that want one value at once compute it once', async () => {
  const children = Array.from({ length: 6 }, () => child('caller.mjs', join(dir, 'stampede'), 200))
  await Promise.all(children.map((one) => one.line('ready')))
  for (const one of children) one.process.stdin.write('go\n')
  const values = await Promise.all(children.map((one) => one.line('value')))
  await Promise.all(children.map((one) => one.ended))
  assert.equal(children.flatMap((one) => one.lines).filter((line) => line === 'computing').length, 1)
  assert.equal(new Set(values).size, 1)
})

test('the lease of a killed process is free at once, however long it was to hold', async () => {
  const path = join(dir, 'killed')
  const holder = child('holder.mjs', path, LONG_MS)
  await holder.line('mine')
  const store = diskStore(path).open('f')
  assert.equal(store.lease(HASH, LONG_MS), undefined)
  holder.process.kill('SIGKILL')
  await holder.ended
  assert.ok(store.lease(HASH, LONG_MS)?.publish({ hash: HASH, payload: '', createdAt: 1 }))
})

test('the first write after a kill removes what the dead process left', async () => {
  const path = join(dir, 'swept')
  const holder = child('holder.mjs', path, LONG_MS)
  await holder.line('mine')
  holder.process.kill('SIGKILL')
  await holder.ended
  const store = diskStore(path).open('f')
  for (let write = 0; write < 20; write++) store.set({ hash: `other-${write}`, payload: '', createdAt: 1 })
  const left = readdirSync(join(path, '.persist'), { recursive: true }).filter((name) => name.includes('-lease'))
  assert.deepEqual(left, [])
})

test('the lease of a terminated worker is free after its time, and not after many of them', async () => {
  const path = join(dir, 'terminated')
  let now = 0
  const clock = { now: () => Date.now(), monotonic: () => now }
  const store = diskStore(path, { clock }).open('f')
  const worker = new Worker(new URL('children/holder.mjs', import.meta.url), { argv: [path, '30000'] })
  await once(worker, 'message')
  assert.equal(store.lease(HASH, 30_000), undefined)
  await worker.terminate()
  assert.equal(store.lease(HASH, 30_000), undefined)
  now += 30_000
  assert.ok(store.lease(HASH, 30_000)?.publish({ hash: HASH, payload: '', createdAt: 1 }))
})

function child(name, ...args) {
  const path = fileURLToPath(new URL(`children/${name}`, import.meta.url))
  const started = spawn(process.execPath, [path, ...args.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = []
  const output = createInterface({ input: started.stdout }).on('line', (line) => lines.push(line))
  const ended = once(started, 'close')
  return {
    process: started,
    lines,
    ended,
    async line(wanted) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(wanted))
        if (found !== undefined) return found
        const isOver = await Promise.race([once(output, 'line').then(() => false), ended.then(() => true)])
        if (isOver && !lines.some((line) => line.startsWith(wanted))) throw new Error(`it ended before ${wanted}`)
      }
    },
  }
}
