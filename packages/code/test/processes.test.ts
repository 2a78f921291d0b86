import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Project } from './support/project.ts'

const READ = fileURLToPath(new URL('children/read-code.mjs', import.meta.url))
const PROCESSES = 4
const ROUNDS = 4

/** What a process prints, and how it ended. */
function ended(child: ChildProcess): Promise<{ readonly stdout: string; readonly signal: string | null }> {
  let stdout = ''
  child.stdout!.on('data', (chunk) => {
    stdout += chunk
  })
  return new Promise((resolve) => child.on('close', (_, signal) => resolve({ stdout: stdout.trim(), signal })))
}

it('processes that share a manifest, and may be killed at any moment, find what is there', async () => {
  const modules = Array.from({ length: 40 }, (_, i) => [`m${i}.js`, `import './m${i + 1}.js'\n`])
  const project = new Project({ 'package.json': '{}', ...Object.fromEntries(modules), 'm40.js': '' })
  project.write({ 'node_modules/other/package.json': '{}' })
  for (let round = 0; round < ROUNDS; round++) {
    project.write({ 'm40.js': `export const round = ${round}` })
    const expected = project.read('m0.js').digest
    const children = Array.from({ length: PROCESSES }, () => spawn(process.execPath, [READ, project.path('m0.js')]))
    const ends = children.map(ended)
    // Half of them are killed, when the first of the others has printed its digest and is about to write or has written.
    const [first] = children as [ChildProcess]
    first.stdout!.once('data', () => {
      for (const child of children.slice(PROCESSES / 2)) child.kill('SIGKILL')
    })
    for (const { stdout, signal } of await Promise.all(ends)) {
      expect(stdout === expected || (signal === 'SIGKILL' && stdout === '')).toBe(true)
    }
    const { stdout } = await ended(spawn(process.execPath, [READ, project.path('m0.js')]))
    expect(stdout).toBe(expected)
  }
})

it.each([
  'require(COMMENTS name)',
  'import.meta\nnew URL(COMMENTS name, import.meta.url)',
  'const load = require\nCOMMENTS load',
  'const a = <p>it`s</p>\nimport(COMMENTS name)',
])('a file with forty comments in a row is read: %s', (text) => {
  const project = new Project({ 'package.json': '{}', 'm.jsx': text.replace('COMMENTS', '/* a */'.repeat(40)) })
  // Beyond any time that this may take: if the time doubles with each comment, it takes years.
  const { status, stdout } = spawnSync(process.execPath, [READ, project.path('m.jsx')], { timeout: 20_000 })
  expect(status).toBe(0)
  expect(String(stdout).trim()).toBe(project.read('m.jsx').digest)
})
