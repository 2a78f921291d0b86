// Reads docs/a.md of the project in the working directory.
import { join } from 'node:path'
import { persist } from '@persist/core'
import { readFileSync } from '@persist/inputs'
import { report } from './say.mjs'

const [cache] = process.argv.slice(2)
const read = persist(() => readFileSync(join(process.cwd(), 'docs/a.md'), 'utf8'), {
  cache,
  report,
  funcname: 'read',
  trace: true,
})
console.log(read())
