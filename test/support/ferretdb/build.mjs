// Builds FerretDB into the git-ignored .tmp/ferretdb, where the tests find it. Needs Go; takes a minute or two.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FERRETDB, FERRETDB_HOME } from './start.mjs'

const MODULE = `module persist.test/ferretdb

go 1.22

require github.com/FerretDB/FerretDB v1.24.2
`

mkdirSync(FERRETDB_HOME, { recursive: true })
cpSync(new URL('main.go', import.meta.url), join(FERRETDB_HOME, 'main.go'))
if (!existsSync(join(FERRETDB_HOME, 'go.mod'))) writeFileSync(join(FERRETDB_HOME, 'go.mod'), MODULE)
execFileSync('go', ['build', '-mod=mod', '-o', FERRETDB, '.'], { cwd: FERRETDB_HOME, stdio: 'inherit' })
