// @ts-check
// Builds FerretDB outside of the repository, where the tests find it. Needs Go; takes minutes, once.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSION = '1.24.2'
const HOME = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'persist-test', `ferretdb-${VERSION}`)
const MODULE = `module persist.test/ferretdb

go 1.22

require github.com/FerretDB/FerretDB v${VERSION}
`

/** The program, when it has been built. */
export const FERRETDB = join(HOME, 'ferretdb')

export function buildFerretDb() {
  if (existsSync(FERRETDB)) return
  mkdirSync(HOME, { recursive: true })
  cpSync(new URL('main.go', import.meta.url), join(HOME, 'main.go'))
  if (!existsSync(join(HOME, 'go.mod'))) writeFileSync(join(HOME, 'go.mod'), MODULE)
  // One at a time: other tests run meanwhile.
  execFileSync('go', ['build', '-p', '1', '-mod=mod', '-o', FERRETDB, '.'], { cwd: HOME, stdio: 'pipe' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildFerretDb()
