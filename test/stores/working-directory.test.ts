import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const CORE = fileURLToPath(new URL('../../packages/core/dist/index.js', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-gone-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What `persist` with each of these options throws, in a process whose working directory has been deleted; or a result. */
function outcomes(options: readonly object[]): unknown[] {
  const work = join(folder, 'work')
  mkdirSync(work)
  const script = `
    import { rmdirSync } from 'node:fs'
    import { persist, PersistError } from ${JSON.stringify(CORE)}
    process.chdir(${JSON.stringify(work)})
    rmdirSync(${JSON.stringify(work)})
    const outcomes = []
    for (const [index, options] of ${JSON.stringify(options)}.entries()) {
      try {
        outcomes.push(await persist(async (x) => x, { funcname: 'f' + index, ...options })(index))
      } catch (error) {
        outcomes.push([error instanceof PersistError, error.code, error.option, error.message])
      }
    }
    console.log(JSON.stringify(outcomes))`
  const args = ['--input-type=module', '--eval', script]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

// Windows deletes no folder that a process works in.
test.skipIf(process.platform === 'win32')(
  'without a working directory, a relative folder or root is an OptionError with a sentence, and an absolute one works',
  () => {
    const refused = (option: string) => [
      true,
      'ERR_PERSIST_OPTION',
      option,
      expect.stringContaining('does not exist any more'),
    ]
    const cache = `file://${join(folder, 'cache')}`
    expect(
      outcomes([
        {},
        { cache: 'file://a' },
        { cache: 'lmdb://a' },
        { cache, trace: true },
        { cache, trace: { root: '.' } },
        { cache, trace: { root: folder } },
        { cache },
      ]),
    ).toEqual([refused('cache'), refused('cache'), refused('cache'), refused('trace'), refused('trace'), 5, 6])
  },
)
