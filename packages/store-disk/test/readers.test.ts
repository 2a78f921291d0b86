import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { start } from './support/child.ts'
import { newFolder } from './support/folder.ts'

const MS = process.env.PERSIST_SOAK ? 600_000 : 3000
const KEYS = 4
const BYTES = 100_000

test.each(['no remover', 'a pruner and a clearer'])(
  'three readers never meet a torn entry while one writes and %s removes',
  async (remover) => {
    const dir = newFolder()
    const writer = start('writer', dir, KEYS, BYTES)
    await writer.line('key-')
    const readers = [1, 2, 3].map(() => start('reader', dir, KEYS, BYTES))
    const store = diskStore(dir).open('f')
    for (const end = performance.now() + MS; performance.now() < end; ) {
      if (remover !== 'no remover') {
        store.prune(Date.now(), { maxEntries: 2 })
        if (Math.random() < 0.1) store.clear()
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    for (const reader of readers) reader.process.stdin!.end()
    await Promise.all(readers.map((reader) => reader.ended))
    expect(writer.process.exitCode).toBeNull()
    writer.process.kill('SIGKILL')
    await writer.ended
    for (const { lines } of readers) {
      expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([])
      expect(Number(lines.at(-1)?.replace('met ', ''))).toBeGreaterThan(100)
    }
  },
  MS + 60_000,
)
