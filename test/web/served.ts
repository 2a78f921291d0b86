import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', mjs: 'text/javascript' }

/** Serves an empty page and these scripts on an origin of their own. */
export async function serve(
  scripts: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; close(): void }> {
  const files: Readonly<Record<string, string>> = { 'page.html': '<!doctype html><title>page</title>', ...scripts }
  const server = createServer(({ url = '' }, response) => {
    const content = files[url.slice(1)]
    if (content === undefined) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[url.split('.').at(-1)!]!, ...headers })
    return response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** As {@link serve}, until the test has finished. Returns the URL of the page. */
export async function served(...args: Parameters<typeof serve>): Promise<string> {
  const { url, close } = await serve(...args)
  onTestFinished(close)
  return url
}
