import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createPersist, type PersistEvent } from '@persist/core'
import { onTestFinished } from 'vitest'

/** A folder with files, a cache beside them, and what happened. */
export function project(files: Readonly<Record<string, string>> = {}) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'persist-inputs-')))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const root = join(home, 'project')
  mkdirSync(root)
  const at = (name: string) => join(root, name)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const events: PersistEvent[] = []
  const cache = `file://${join(home, 'cache')}` as const
  const persist = createPersist({ env: {}, stderr: () => {} })
  /** What happened since the last look: `hit`, `miss input a.md`, `skip input-changed`, … */
  const happened = () =>
    events.splice(0).flatMap((event) => {
      if (event.name === 'miss' && event.reason === 'input') return [`miss input ${event.because?.changed}`]
      if (event.name === 'miss') return [`miss ${event.reason}`]
      if (event.name === 'skip') return [`skip ${event.reason}`]
      if (event.name === 'problem') return [`problem ${event.error.message}`]
      return event.name === 'hit' ? ['hit'] : []
    })
  const report = (event: PersistEvent) => {
    events.push(event)
  }
  return { home, root, at, write, cache, persist, happened, options: { cache, report, trace: { root } } }
}
