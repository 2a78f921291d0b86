import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'dist/THIRD-PARTY-LICENSES.txt'

/** Writes down the licenses of the packages that became part of ours. Returns the files that it wrote. */
export function writeLicenses({ inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  )
  if (folders.size === 0) return []
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one))
    if (file === undefined) throw new Error(`${name} has no file with its license`)
    return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  writeFileSync(FILE, `These files contain code of other packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`)
  return [FILE]
}
