import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromUrl } from '@persist/store-disk'
import { afterAll } from 'vitest'
import { clockAheadCase } from './clock-ahead.ts'

const folder = mkdtempSync(join(tmpdir(), 'persist-ahead-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

clockAheadCase(
  () => `file://${folder}`,
  (url) => fromUrl(url),
)
