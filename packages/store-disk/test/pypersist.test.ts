import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { describe, test } from 'vitest'

const folder = (place: string) => join(tmpdir(), place)

describe('a folder in the layout of pypersist', () => {
  conformance({
    runner: { describe, test },
    adapter: (place) => diskStore(folder(place), { layout: 'pypersist' }),
    cleanup: (place) => rmSync(folder(place), { recursive: true, force: true }),
    damage: (place, namespace, hash) => spoil(join(folder(place), namespace, `${hash}.out`)),
    unreachable: () => diskStore('/dev/null/cache', { layout: 'pypersist' }),
  })
})

/** As a disk does it: no program has written, and the bytes are others. */
function spoil(path: string): void {
  const { atimeMs, mtimeMs } = statSync(path)
  writeFileSync(path, 'spoiled')
  // Not as dates, which are cut to whole milliseconds.
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000)
}
