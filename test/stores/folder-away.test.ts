import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'persist-away-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['sync', 'async'] as const)(
  'a result of a %s function whose folder was away, as a share may be, is stored when it is back',
  async (kind) => {
    const share = join(folder, kind)
    const cache = join(share, 'cache')
    mkdirSync(cache, { recursive: true })
    let isWritten = () => {}
    const written = new Promise<void>((resolve) => {
      isWritten = resolve
    })
    const persist = createPersist({ env: {}, stderr: () => {} })
    const goAway = (x: number) => {
      renameSync(share, `${share}.away`)
      writeFileSync(share, '')
      return 2 * x
    }
    const options = {
      funcname: 'twice',
      cache: diskStore(cache),
      report: ({ name }: { name: string }) => {
        if (name === 'write') isWritten()
      },
    }
    const twice = kind === 'sync' ? persist(goAway, options) : persist(async (x: number) => goAway(x), options)
    expect(await twice(21)).toBe(42)
    rmSync(share)
    renameSync(`${share}.away`, share)
    await written
    expect(diskStore(cache).open('twice').stats().entries).toBe(1)
    expect(readdirSync(cache, { recursive: true }).filter((name) => /leases.*\//.test(String(name)))).toEqual([])
  },
)
