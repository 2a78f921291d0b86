// Writes into every package.json where its source lies. The address stands in one place: `repository` of the root's
// package.json. After it changed:
//   node scripts/repository.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { packages } from './packages.mjs'

const ROOT = new URL('../package.json', import.meta.url)

/** What the package.json of a folder in `packages/` says about the repository. */
export function repositoryFields(folder) {
  const { repository } = JSON.parse(readFileSync(ROOT, 'utf8'))
  const page = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
  const directory = `packages/${folder}`
  return {
    homepage: `${page}/tree/main/${directory}#readme`,
    bugs: `${page}/issues`,
    repository: { ...repository, directory },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { folder } of packages) {
    const path = new URL(`../packages/${folder}/package.json`, import.meta.url)
    const { name, version, description, homepage, bugs, repository, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
    const manifest = { name, version, description, ...repositoryFields(folder), ...rest }
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
  }
}
