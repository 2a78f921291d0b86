import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ratios, undisturbed } from '../samples.ts'
import type { Plain } from './read-code.ts'
import type { Found } from './rows.ts'

const FILES = 30
const ROUNDS_IN_BLOCK = 3
const PROGRAM = fileURLToPath(new URL('./read-code.js', import.meta.url))
/** The times of a newer file stand for nothing: see `RACY_MS` of @persist/code. */
const TRUSTED_MS = 3_200

interface Round {
  readonly warm: number
  readonly cold: number
  readonly stats: number
  readonly files: number
}

/** What `code(import.meta)` costs a new process, for a program of 30 files that has not changed, and for one never seen. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const module = writeProgram(folder)
  await new Promise((resolve) => setTimeout(resolve, TRUSTED_MS))
  run('warm', module)
  const list = join(folder, 'plain.json')
  writeFileSync(list, JSON.stringify(seenIn(join(folder, 'node_modules/.cache/persist/code'))))
  const rounds = Array.from(
    { length: blocks * ROUNDS_IN_BLOCK },
    (): Round => ({ ...run('warm', module), ...run('cold', module), ...run('plain', module, list) }),
  )
  const all = (which: keyof Round) => rounds.map((round) => round[which])
  return {
    ratios: {
      'code-warm': ratios(all('warm'), all('stats'), ROUNDS_IN_BLOCK),
      'code-cold': ratios(all('cold'), all('files'), ROUNDS_IN_BLOCK),
    },
    times: {
      'code of 30 files, unchanged, in a new process, ms': undisturbed(all('warm')),
      'statSync of all that it looks at, ms': undisturbed(all('stats')),
      'code of 30 files, never read before, ms': undisturbed(all('cold')),
      'readFileSync + SHA-256 of them, ms': undisturbed(all('files')),
    },
  }
}

function run(what: 'warm' | 'cold' | 'plain', module: string, list = ''): Round {
  return JSON.parse(execFileSync(process.execPath, [PROGRAM, what, module, list], { encoding: 'utf8' }))
}

/** What the manifest in a folder says that `code` looked at, and which files it read. */
function seenIn(folder: string): Plain {
  const [name] = readdirSync(folder)
  const [, found, records] = readFileSync(join(folder, name!), 'utf8').split('\n')
  const { observations } = JSON.parse(found!) as { observations: [way: string, path: string][] }
  const files = JSON.parse(records!.slice(records!.indexOf(' ') + 1)) as [path: string][]
  return { looked: observations.map(([, path]) => path), read: files.map(([path]) => path) }
}

/** A program whose modules import each other in a tree, in two folders, with three packages. Returns its first module. */
function writeProgram(folder: string): string {
  const placeOf = (index: number) => (index % 3 === 0 ? `src/deep/m${index}.ts` : `src/m${index}.ts`)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  write('package.json', '{ "name": "program", "type": "module" }')
  for (const name of ['a', 'b', 'c']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(`node_modules/${name}/index.js`, 'module.exports = 1')
  }
  for (let index = 0; index < FILES; index++) {
    const below = [2 * index + 1, 2 * index + 2].filter((one) => one < FILES)
    const up = index % 3 === 0 ? '../../' : '../'
    const imports = below.map((one) => `import { f0 as g${one} } from '${up}${placeOf(one)}'\n`)
    const packaged = index % 5 === 0 ? [`import pkg from '${'abc'[index % 3]}'\n`] : []
    write(placeOf(index), [...imports, ...packaged, "import { join } from 'node:path'\n", ...bodies()].join(''))
  }
  return join(folder, placeOf(0))
}

/** Functions as people write them, 6 kB of them. */
function bodies(): string[] {
  return Array.from(
    { length: 50 },
    (_, index) => `
export function f${index}(count: number, name: string): string {
  // Each with a comment and a template.
  return \`\${count * ${index}} \${name}\`
}
`,
  )
}
