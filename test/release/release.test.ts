import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Manifest, packages } from '../../scripts/packages.mjs'
import { repositoryFields } from '../../scripts/repository.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES = packages.map(({ folder }) => folder)

let copy: string
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: copy, encoding: 'utf8', stdio: 'pipe' })
const manifest = (root: string, name: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

/** A new repository with the manifests and the notes of the changes. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'persist-release-'))
  for (const path of ['package.json', 'pnpm-workspace.yaml', '.changeset', '.gitignore']) {
    cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  }
  for (const path of [...PACKAGES.map((name) => `packages/${name}`), 'examples', 'bench', 'test']) {
    mkdirSync(join(copy, path), { recursive: true })
    cpSync(join(ROOT, path, 'package.json'), join(copy, path, 'package.json'))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  run('git', 'init', '--quiet', '--initial-branch=main')
  run('git', 'add', '.')
  const who = ['-c', 'user.name=release', '-c', 'user.email=release@localhost']
  run('git', ...who, 'commit', '--quiet', '--message', 'as it is')
})
afterAll(() => rmSync(copy, { recursive: true }))

describe('a release', () => {
  const notes = readdirSync(join(ROOT, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md')

  test.runIf(notes.length > 0)(
    'versions the packages that its notes name, and puts the notes into their changelogs',
    () => {
      run(process.execPath, join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version')
      const named = new Map(notes.flatMap((note) => bumpsIn(readFileSync(join(ROOT, '.changeset', note), 'utf8'))))
      expect(named.size).toBeGreaterThan(0)
      for (const name of PACKAGES) {
        const [before, after] = [manifest(ROOT, name), manifest(copy, name)]
        if (!named.has(before.name)) continue
        expect(after.version, before.name).not.toBe(before.version)
        // No dependency moves a package from 0.x to 1.0.
        if (named.get(before.name) !== 'major') expect(after.version.split('.')[0]).toBe(before.version.split('.')[0])
        const changelog = readFileSync(join(copy, 'packages', name, 'CHANGELOG.md'), 'utf8')
        expect(changelog).toContain(`# ${before.name}\n\n## ${after.version}\n`)
        expect(changelog).toMatch(/### (Major|Minor|Patch) Changes\n\n- \S/)
      }
      expect(readdirSync(join(copy, '.changeset')).filter((name) => notes.includes(name))).toEqual([])
      for (const room of ['examples', 'bench', 'test']) expect(existsSync(join(copy, room, 'CHANGELOG.md'))).toBe(false)
    },
  )

  test('every package can be published, with the fields that npm shows', () => {
    for (const name of PACKAGES) {
      const { private: isPrivate, ...shown } = manifest(ROOT, name)
      expect(isPrivate, name).toBeUndefined()
      expect(shown, `${name}: node scripts/repository.mjs writes the addresses`).toMatchObject({
        name: `@persist/${name}`,
        license: 'MIT',
        ...repositoryFields(name),
        publishConfig: { access: 'public', provenance: true },
      })
      expect(shown.description, name).toMatch(/\.$/)
      expect(existsSync(join(ROOT, 'packages', name, 'README.md')), `${name} has no README.md`).toBe(true)
    }
  })
})

test('the README, the workflow and .ci/run test the project by one command', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
  const [, command] = /^(npx .* test) +#/m.exec(read('README.md')) ?? []
  expect(command).toBeDefined()
  expect(read('.github/workflows/ci.yml')).toContain(`run: ${command}\n`)
  expect(read('.ci/run')).toContain(`exec ${command}\n`)
})

/** The packages of a note, with the kind of change of each. */
function bumpsIn(note: string): [string, string][] {
  const [, front = ''] = /^---\n(.*?)\n---/s.exec(note) ?? []
  return [...front.matchAll(/^['"](.+?)['"]: (\w+)$/gm)].map(([, name, bump]) => [name!, bump!])
}
