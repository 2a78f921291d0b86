import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { chromiumPath } from './browser.mjs'

/** A name that points to this machine, as an attacker's would. */
export const REBOUND = 'rebound.test'

/**
 * Tests in a real browser. Without one they are skipped by name, or fail if PERSIST_REQUIRE_BROWSER=1.
 *
 * @param define gets a function that returns the browser when the tests run.
 */
export async function withBrowser(name: string, define: (browser: () => Browser) => void): Promise<void> {
  const reasons: string[] = []
  const path = await chromiumPath(reasons)
  if (path === undefined) return without(name, `no Chromium: ${reasons.join('; ')}`)
  describe(name, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: path,
        // The sandbox of Chromium is not for root.
        args: [`--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      })
    })
    afterAll(() => browser?.close())
    define(() => browser)
  })
}

function without(name: string, why: string): void {
  describe(name, () => {
    if (process.env.PERSIST_REQUIRE_BROWSER === '1') {
      test('needs a browser', () => {
        throw new Error(`PERSIST_REQUIRE_BROWSER=1, but ${why}`)
      })
    } else {
      console.warn(`SKIPPED "${name}": ${why}`)
      test.skip(`needs a browser (${why})`, () => {})
    }
  })
}
