// The published packages, read from `packages/`: scripts and tests need no list of their own.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../packages', import.meta.url))

export const packages = readdirSync(FOLDER)
  .filter((folder) => existsSync(join(FOLDER, folder, 'package.json')))
  .sort()
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(join(FOLDER, folder, 'package.json'), 'utf8'))
    return { folder, manifest }
  })
  // `platform` becomes part of the others.
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest }) => ({ folder, name: manifest.name, manifest, entries: entriesOf(folder, manifest) }))

/** What a program can import from a package, and the source of each. */
function entriesOf(folder, { name, exports }) {
  return Object.entries(exports).flatMap(([path, entry]) => {
    if (typeof entry === 'string') return []
    const source = entry.default.replace('./dist/', `packages/${folder}/src/`).replace(/\.js$/, '.ts')
    return [{ specifier: path.replace('.', name), source }]
  })
}
