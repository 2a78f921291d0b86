import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { REBOUND } from '../../../test/support/with-browser.ts'
import { textOf, withPage } from './support/page.ts'

await withPage('another page', (harness) => {
  const authorization = () => `Bearer ${harness.served.token}`
  const here = (path: string) => `http://127.0.0.1:${harness.served.port}${path}`
  const doubles = () => harness.stored().filter((name) => name.startsWith('double'))

  test('under a name that points to this machine gets nothing', async () => {
    const page = await harness.open(`http://${REBOUND}:${harness.served.port}/#token=${harness.served.token}`)
    expect(await textOf(page.locator('body'))).toBe('refused')
    const asked = `fetch('/api/overview', { headers: { authorization: ${JSON.stringify(authorization())} } }).then((r) => r.status)`
    expect(await page.evaluate(asked)).toBe(421)
  })

  test('on this machine gets nothing, changes nothing, and cannot show the page in a frame', async ({
    onTestFinished,
  }) => {
    const evil = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<body>evil'),
    )
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void evil.close())
    const page = await harness.open(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`)
    const attack = (path: string, init: object) =>
      page.evaluate(
        `fetch(${JSON.stringify(here(path))}, ${JSON.stringify(init)}).then((r) => r.type, () => 'refused')`,
      )
    const clear = { method: 'POST', body: '{"funcname":"double"}' }

    expect(await attack('/api/overview', { headers: { authorization: authorization() } })).toBe('refused')
    const asJson = { authorization: authorization(), 'content-type': 'application/json' }
    expect(await attack('/api/clear', { ...clear, headers: asJson })).toBe('refused')
    // This request arrives, as one of a form would, but is refused.
    await attack('/api/clear', { ...clear, mode: 'no-cors' })
    await attack('/page.js', { mode: 'no-cors' })
    expect(doubles()).toHaveLength(5)

    const framed = `new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.src = ${JSON.stringify(harness.served.url)}
      frame.addEventListener('load', () => resolve(frame.contentDocument === null))
      document.body.append(frame)
    })`
    await page.evaluate(framed)
    expect(
      await page
        .frames()[1]
        ?.locator('tr.row')
        .count()
        .catch(() => 0),
    ).toBe(0)
  })
})
