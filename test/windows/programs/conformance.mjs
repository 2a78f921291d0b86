// The conformance suite over a folder.
import fs, { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { conformance } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'

/** A disk that has gone: Windows says of a folder below a file only that there is none. */
const broken = { ...fs }
for (const [name, call] of Object.entries(fs)) {
  if (typeof call !== 'function' || !name.endsWith('Sync') || name === 'existsSync') continue
  broken[name] = (path) => {
    throw Object.assign(new Error(`EIO: i/o error, ${path}`), { code: 'EIO' })
  }
}

const folder = (place) => join(tmpdir(), place)

conformance({
  runner: { describe, test },
  adapter: (place) => diskStore(folder(place)),
  cleanup: (place) => rmSync(folder(place), { recursive: true, force: true }),
  damage: (place, namespace, hash) => writeFileSync(join(folder(place), namespace, `${hash}.entry`), 'spoiled'),
  unreachable: () => diskStore(folder('gone'), { fileSystem: broken }),
})
