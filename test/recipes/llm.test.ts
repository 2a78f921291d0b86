import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript-5'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf } from '../docs/blocks.ts'
import { ROOT } from '../docs/documents.ts'

const RECIPE = 'docs/recipes.md'
const WORDS = Array.from({ length: 40 }, (_, at) => `word-${at}`)

// Within the project, where the program finds the packages.
const rooms = fileURLToPath(new URL('.tmp', import.meta.url))
mkdirSync(rooms, { recursive: true })
const room = mkdtempSync(join(rooms, 'llm-'))

/** A server that is sometimes busy, sometimes hangs, and always refuses one word. */
const seen = {
  tries: new Map<string, number>(),
  /** When a word was refused with 429. A retry must come a second later at the earliest. */
  refusedAt: new Map<string, number>(),
  tooEarly: [] as string[],
  running: 0,
  most: 0,
  hanging: new Set<ServerResponse>(),
}
let server: Server

beforeAll(async () => {
  server = createServer(async (request, response) => {
    seen.most = Math.max(seen.most, ++seen.running)
    response.on('close', () => seen.running--)
    let body = ''
    for await (const part of request) body += part
    const word: string = JSON.parse(body).messages[0].content.split(' ').at(-1)
    const number = Number(word.split('-')[1])
    const tries = (seen.tries.get(word) ?? 0) + 1
    seen.tries.set(word, tries)
    const refusedAt = seen.refusedAt.get(word)
    if (refusedAt !== undefined && performance.now() - refusedAt < 1_000) seen.tooEarly.push(word)
    if (number === 13) return void response.writeHead(400).end('no such word')
    if (tries === 1 && number % 5 === 0) {
      seen.refusedAt.set(word, performance.now())
      return void response.writeHead(429, { 'retry-after': '1' }).end()
    }
    if (tries === 1 && number % 11 === 7) return void seen.hanging.add(response)
    const answer = { choices: [{ finish_reason: 'stop', message: { content: `mot-${number}` } }] }
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)), 20)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(room, { recursive: true })
})

/** Writes a block of the recipe as JavaScript, without its example call, with this server and a shorter timeout. */
function write(name: string, change: (code: string) => string): void {
  const text = readFileSync(join(ROOT, RECIPE), 'utf8')
  const block = blocksOf({ path: RECIPE, text }).find(({ marks }) => marks.name === name)
  const { outputText } = ts.transpileModule(change(block!.code), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    },
  })
  writeFileSync(join(room, name.replace(/\.ts$/, '.js')), outputText)
}

function replaced(code: string, from: string | RegExp, to: string): string {
  const changed = code.replace(from, () => to)
  expect(changed).not.toBe(code)
  return changed
}

async function run(): Promise<{ outcomes: string[]; progress: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['ask-many.js'], { cwd: room })
  return { outcomes: JSON.parse(stdout), progress: stderr.trim().split('\n').at(-1)! }
}

test('the recipe obeys a busy server, stops waiting for one that hangs, and pays for each answer once', async () => {
  const { port } = server.address() as AddressInfo
  writeFileSync(join(room, 'package.json'), '{ "type": "module" }')
  write('ask.ts', (code) => {
    const local = replaced(code, 'https://api.example.com', `http://127.0.0.1:${port}`)
    return replaced(replaced(local, '60_000', '500'), /^const answer = [\s\S]*/m, '')
  })
  write('ask-many.ts', (code) => {
    const many = replaced(code, /^const words = .*$/m, `const words = ${JSON.stringify(WORDS)}`)
    return replaced(
      many,
      /^(outcomes\.map.*?) \/\/.*$/m,
      `console.log(JSON.stringify(${/^outcomes\.map.*?(?= \/\/)/m.exec(many)![0]}))`,
    )
  })

  const expected = WORDS.map((_, at) => (at === 13 ? 'failed' : `mot-${at}`))
  const first = await run()
  expect(first.outcomes).toEqual(expected)
  expect(first.progress).toBe('40/40: 0 from the cache, 1 failed')
  expect(seen.tooEarly).toEqual([])
  expect(seen.hanging.size).toBe(3)
  expect(seen.most).toBeLessThanOrEqual(8)
  const tries = Object.fromEntries(seen.tries)
  expect(tries).toMatchObject({ 'word-0': 2, 'word-1': 1, 'word-7': 2, 'word-13': 1 })

  const again = await run()
  expect(again.outcomes).toEqual(expected)
  expect(again.progress).toBe('40/40: 39 from the cache, 1 failed')
  // Only the word that failed was asked again.
  expect(Object.fromEntries(seen.tries)).toEqual({ ...tries, 'word-13': 2 })
})
