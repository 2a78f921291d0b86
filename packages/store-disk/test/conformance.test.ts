import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { describe, test } from 'vitest'

const folder = (place: string) => join(tmpdir(), place)

describe('a folder', () => {
  conformance({
    runner: { describe, test },
    adapter: (place) => diskStore(folder(place)),
    cleanup: (place) => rmSync(folder(place), { recursive: true, force: true }),
    damage: (place, namespace, hash) => writeFileSync(join(folder(place), namespace, `${hash}.entry`), 'spoiled'),
    unreachable: () => diskStore('/dev/null/cache'),
  })
})
