import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

/** The version of a package in a folder with installed packages, such as `16.4`. */
export function versionIn(installed: string, name: string): string {
  return short(readFileSync(join(installed, 'node_modules', name, 'package.json'), 'utf8'))
}

/** The version of a package among the dependencies of this project's tests. */
export function versionHere(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return short(readFileSync(join(folder, name, 'package.json'), 'utf8'))
    } catch {
      // It is in a folder above.
    }
  }
  throw new Error(`${name} is not installed`)
}

/** The version of the Node that runs the tests. */
export const NODE = process.versions.node.split('.').slice(0, 2).join('.')

function short(manifest: string): string {
  return (JSON.parse(manifest) as { version: string }).version.split('.').slice(0, 2).join('.')
}
