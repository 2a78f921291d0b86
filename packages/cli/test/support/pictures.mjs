// Makes the pictures of the page in docs/pictures, with an invented cache: node packages/cli/test/support/pictures.mjs
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { pickle } from '@persist/pickle'
import { diskStore } from '@persist/store-disk'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../../../../test/support/browser.mjs'

const PICTURES = fileURLToPath(new URL('../../../../docs/pictures/', import.meta.url))
const COMMAND = fileURLToPath(new URL('../../bin/persist.js', import.meta.url))
const DAY = 86_400_000

/** Random numbers, the same in each run. */
let seed = 7
const random = () => {
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
}

const folder = mkdtempSync(join(tmpdir(), 'persist-pictures-'))
const cache = diskStore(join(folder, 'persist'))
fill('answer', 420, { span: 60 * DAY, ms: 2400, version: 'gpt-5', ttl: 90 * DAY }, (n) => ({
  args: [{ prompt: `Explain ${['monads', 'the tides', 'entropy', 'a cache'][n % 4]}, ${n}`, temperature: 0 }],
  value: {
    text: `${'A cache keeps what took long to find. '.repeat(1 + (n % 9))}<script>alert('text')</script>`,
    usage: { input: 40 + n, output: 120 + 3 * n },
    finished: new Date(1_795_000_000_000 + n * 60_000),
  },
}))
fill('Model.predict', 260, { span: 9 * DAY, ms: 310 }, (n) => ({
  args: ['weights-7', [n, n / 2, n ** 2]],
  value: new Map([
    ['cat', 0.61],
    ['dog', 0.39],
    ['n', n],
  ]),
}))
fill('simulate', 48, { span: DAY, ms: 95_000 }, (n) => ({
  args: [{ grid: 64, steps: 1000 * n, seed: 1n }],
  value: { energy: Array.from({ length: 400 }, (_, step) => Math.sin(step / 9) * n), converged: true },
}))
fill('fetchJson', 130, { span: 2 * DAY, ms: 180, ttl: DAY }, (n) => ({
  args: [new URL(`https://example.org/items/${n}`)],
  value: { id: n, tags: new Set(['a', 'b']), next: undefined },
}))
cache.close()

const child = spawn(process.execPath, [COMMAND, 'serve', '--json'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const url = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(JSON.parse(String(chunk)).url)))
const browser = await chromium.launch({
  executablePath: await chromiumPath(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const light = await opened('light')
  await take(light, 'serve-functions.png')
  const dark = await opened('dark')
  await dark.locator('tr.row', { hasText: 'answer' }).click()
  await dark.locator('.entries tr.row').nth(3).click()
  await dark.locator('#value').waitFor()
  await dark.evaluate('scrollTo(0, 0)')
  await take(dark, 'serve-entry.png')
} finally {
  await browser.close()
  child.kill('SIGINT')
  rmSync(folder, { recursive: true })
}

async function opened(colorScheme) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1040, height: 560 } })
  await page.goto(url)
  await page.locator('tr.row').first().waitFor()
  return page
}

async function take(page, name) {
  // The pictures must not show a folder of this machine.
  await page.evaluate("document.querySelector('nav a').textContent = './persist'")
  await page.screenshot({ path: join(PICTURES, name) })
}

function fill(funcname, entries, { span, ms, ttl, version }, made) {
  const store = cache.open(funcname)
  for (let n = 0; n < entries; n++) {
    const { args, value } = made(n)
    const createdAt = Date.now() - Math.round(span * random() ** 3)
    store.set({
      hash: sha256(canonical(args)),
      key: pickle(args),
      payload: pickle(value),
      createdAt,
      durationMs: ms * (0.5 + random()),
      ...(ttl && { expiresAt: createdAt + ttl }),
      ...(version && { version }),
    })
  }
}
