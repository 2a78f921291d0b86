// Writers that are killed, and writers and readers of one entry.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { diskStore } from '@persist/store-disk'

const KILLS = 12
const AT_ONCE = 2
const KEYS = 4
const BYTES = 50_000
const dir = mkdtempSync(join(tmpdir(), 'persist-writers-'))
after(() => rmSync(dir, { recursive: true, force: true }))

test(`after ${KILLS} kills of writers each value that was acknowledged is there, whole, and no key hangs`, async () => {
  const problems = []
  const store = diskStore(join(dir, 'killed')).open('f', { report: (problem) => problems.push(problem.message) })
  for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
    const names = Array.from({ length: AT_ONCE }, (_, index) => `name${index}`)
    const acknowledged = await Promise.all(names.map((name) => killed(join(dir, 'killed'), name)))
    for (const [index, name] of names.entries()) check(store, name, acknowledged[index])
  }
  assert.deepEqual(problems, [])
})

test('two writers and two readers of one entry meet no problem, and read whole values only', async () => {
  const children = ['writer', 'writer', 'reader', 'reader'].map((role) =>
    child(role, join(dir, 'shared'), 1, BYTES, 'one', 60),
  )
  const codes = await Promise.all(children.map(async (one) => (await once(one, 'close'))[0]))
  assert.deepEqual(codes, [0, 0, 0, 0])
})

async function killed(path, name) {
  const writer = child('writer', path, KEYS, BYTES, name, Number.MAX_SAFE_INTEGER)
  const acknowledged = new Map()
  const lines = createInterface({ input: writer.stdout })
  lines.on('line', (line) => acknowledged.set(line.split(' ')[0], Number(line.split(' ')[1])))
  await once(lines, 'line')
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
  const isOver = once(writer, 'close')
  writer.kill('SIGKILL')
  await isOver
  return acknowledged
}

function check(store, name, acknowledged) {
  assert.ok(acknowledged.size > 0)
  for (let key = 0; key < KEYS; key++) {
    const hash = `${name}-${key}`
    const entry = store.get(hash)
    const said = acknowledged.get(hash)
    if (entry === undefined) {
      assert.equal(said, undefined, `${hash} is lost`)
      continue
    }
    const number = entry.createdAt
    assert.ok(entry.payload === `${hash} ${number} `.padEnd(BYTES, String(number % 10)), `${hash} is torn`)
    if (said !== undefined) assert.ok(number >= said, `${hash} is older than what was acknowledged`)
    const lease = store.lease(hash, 60_000)
    assert.ok(lease, `${hash} hangs`)
    lease.release()
  }
}

function child(role, ...args) {
  const path = fileURLToPath(new URL(`children/${role}.mjs`, import.meta.url))
  return spawn(process.execPath, [path, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] })
}
