import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { chromiumPath } from '../../../../test/support/browser.mjs'

/** A name of another owner that points to this machine. */
export const REBOUND = 'rebound.test'

/**
 * Defines tests in a real browser. Without one, they are skipped by name, or fail if PERSIST_REQUIRE_BROWSER=1.
 *
 * @param define receives a function that returns the browser when the tests run.
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
        // The sandbox of Chromium does not work for root.
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
