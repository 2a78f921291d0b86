import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

/** The damaged files are cleared away after so many: a million of them would take minutes to delete at the end. */
const CLEARED_AFTER = 10_000
const TIMES = process.env.PERSIST_SOAK ? 1_000_000 : 5000

test(`${TIMES} flips, truncations and appendings give no wrong value and no error`, () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  const path = join(dir, 'f', 'a-hash.entry')
  const entry = { ...plain('a-hash', '{"some":"text"}'.repeat(20)), metadata: 'ä', durationMs: 1.5 }
  store.set(entry)
  const whole = readFileSync(path)
  let random = 1
  const next = (below: number) => {
    random = (random * 48_271) % 2_147_483_647
    return random % below
  }
  let noticed = 0
  for (let time = 0; time < TIMES; time++) {
    let file = Buffer.from(whole)
    const place = next(file.length)
    const kind = next(5)
    if (kind < 2) file[place]! ^= 1 << next(8)
    else if (kind === 2) file[place]! = next(256)
    else if (kind === 3) file = file.subarray(0, place)
    else file = Buffer.concat([file, Buffer.from([next(256)])])
    if (time % CLEARED_AFTER === 0) rmSync(join(dir, '.persist', 'quarantine'), { recursive: true, force: true })
    writeFileSync(path, file)
    const read = store.get('a-hash')
    if (read === undefined) noticed++
    else expect(read).toEqual(entry)
  }
  expect(noticed).toBeGreaterThan(TIMES * 0.9)
}, 1_800_000)
