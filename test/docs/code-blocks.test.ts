import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf } from './blocks.ts'
import { documents, ROOT } from './documents.ts'
import { examplePrograms } from './examples.ts'
import { instrument } from './instrument.ts'
import { type Program, programsOf } from './programs.ts'

/** The languages of blocks. TypeScript is compiled and run. */
const LANGUAGES = ['ts', 'sh', 'json', 'python', 'text', 'mermaid', '']

/** Examples import types as values, and declare classes in short form. */
const LOOSER = { verbatimModuleSyntax: false, erasableSyntaxOnly: false }

const pages = documents().map((document) => {
  const blocks = blocksOf(document)
  return { path: document.path, blocks, programs: programsOf(blocks) }
})
const programs = [...pages.flatMap((page) => page.programs), ...examplePrograms()]

// Within the project, where the programs find the packages.
const rooms = fileURLToPath(new URL('.tmp', import.meta.url))
mkdirSync(rooms, { recursive: true })
const room = mkdtempSync(join(rooms, 'blocks-'))
const away = mkdtempSync(join(tmpdir(), 'persist-docs-'))
afterAll(() => {
  rmSync(room, { recursive: true })
  rmSync(away, { recursive: true })
})

const roomOf = ({ document }: Program) => join(room, document.replaceAll(/\W/g, '-'))
const fileOf = (program: Program) => join(roomOf(program), program.name)
const scriptOf = (program: Program) => fileOf(program).replace(/\.ts$/, '.js')
const folderOf = (program: Program) => join(away, `${program.document}-${program.line}`.replaceAll(/\W/g, '-'))

beforeAll(() => {
  writeFileSync(join(room, 'package.json'), '{ "type": "module" }')
  for (const program of programs) {
    mkdirSync(roomOf(program), { recursive: true })
    writeFileSync(fileOf(program), `${program.source}\nexport {}\n`)
    writeFileSync(scriptOf(program), instrument(program.source, program.name).code)
  }
})

test.each(pages.map(({ path, blocks }) => ({ path, blocks })))('$path has blocks of known languages', ({ blocks }) => {
  expect(blocks.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([])
})

test('the blocks of all pages, and the examples of all docstrings, have no type errors', () => {
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, sourceMap: false, inlineSources: false, ...LOOSER },
    files: programs.map(fileOf),
  }
  writeFileSync(join(room, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', room, '--pretty', 'false'], {
    cwd: room,
    encoding: 'utf8',
  })
  expect(stdout + stderr).toBe('')
})

describe('each block runs, with the values that its comments say', () => {
  const running = programs.filter(({ runs }) => runs)
  const named = (those: readonly Program[]) => those.map((one) => [`${one.document}:${one.line}`, one] as const)
  const tests = running.filter(({ name }) => name.endsWith('.test.ts'))
  const others = running.filter((program) => !tests.includes(program))
  let outcome: Record<string, { error?: string; claims: number }> = {}
  let testing = new Map<Program, string>()

  beforeAll(async () => {
    const started = tests.map(async (program) => [program, await runTest(program)] as const)
    outcome = await runTogether(others)
    testing = new Map(await Promise.all(started))
  })

  test.each(named(others))('%s', (_, program) => {
    expect(outcome[scriptOf(program)]?.error).toBeUndefined()
    expect(outcome[scriptOf(program)]?.claims).toBe(instrument(program.source, program.name).claims)
  })

  test.each(named(tests))('%s, a test', (_, program) => {
    const said = testing.get(program)
    expect(said).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(said!)?.[1])).toBeGreaterThan(0)
  })

  test('and many comments say a value', () => {
    const claims = Object.values(outcome).map((one) => one.claims)
    expect(claims.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(120)
  })
})

/** Runs programs in one process. */
async function runTogether(those: readonly Program[]): Promise<Record<string, { error?: string; claims: number }>> {
  const list = join(away, 'programs.json')
  const results = join(away, 'results.json')
  writeFileSync(list, JSON.stringify(those.map((program) => ({ file: scriptOf(program), folder: folderOf(program) }))))
  const runner = fileURLToPath(new URL('run-programs.mjs', import.meta.url))
  // The results have the errors.
  await promisify(execFile)(process.execPath, ['--enable-source-maps', runner, list, results]).catch(() => {})
  return JSON.parse(readFileSync(results, 'utf8'))
}

async function runTest(program: Program): Promise<string> {
  const args = ['--test-reporter=tap', '--test', basename(scriptOf(program))]
  return promisify(execFile)(process.execPath, args, { cwd: roomOf(program) }).then(
    ({ stdout }) => stdout,
    (error) => `${error.stdout}${error.stderr}`,
  )
}
