import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { beforeAll, describe, expect, test } from 'vitest'
import { rejectionStatus } from '../src/web/guard.ts'
import { persist } from './support/command.ts'
import { filled } from './support/filled.ts'
import { type Serving, serving } from './support/serving.ts'

let cwd: string
let page: Serving
beforeAll(async () => {
  cwd = filled()
  page = await serving([], cwd)
})

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

/** Any headers, also those that `fetch` would not send. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: page.port, path, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

const token = () => ({ authorization: `Bearer ${page.token}` })
const json = () => ({ ...token(), 'content-type': 'application/json' })
const API = ['/api/overview', '/api/entries?funcname=odd', '/api/entry?funcname=odd&hash=full', '/api/events', '/api/x']

describe('the server of the page', () => {
  test.each(API)('shows nothing of %s without the token', async (path) => {
    for (const headers of [
      {},
      { authorization: 'Bearer x' },
      { authorization: `Bearer ${page.token}x` },
      { cookie: page.token },
    ]) {
      const { status, text } = await ask(path, headers)
      expect(status).toBe(401)
      expect(text).not.toContain('odd')
    }
  })

  test('answers requests with the token', async () => {
    expect(await ask('/api/overview', token())).toMatchObject({
      status: 200,
      text: expect.stringContaining('"double"'),
    })
    expect((await ask('/api/entry?funcname=odd&hash=full', token())).text).toContain('made\\nby hand')
  })

  test('refuses other hosts, even with the token, because any name can point to this machine', async () => {
    for (const path of ['/', '/page.js', ...API]) {
      for (const host of [
        'evil.test',
        `evil.test:${page.port}`,
        '127.0.0.1',
        `127.0.0.1:${page.port + 1}`,
        `127.0.0.1:${page.port}.evil.test`,
      ]) {
        expect((await ask(path, { ...token(), host })).status).toBe(421)
      }
    }
    expect((await ask('/api/overview', { ...token(), host: `localhost:${page.port}` })).status).toBe(200)
  })

  test('on port 80 may be named without a port, as browsers do', () => {
    const statusAt = (port: number, host: string, origin = `http://${host}`) =>
      rejectionStatus({ method: 'GET', headers: { host, origin } }, port)
    expect(['127.0.0.1', 'localhost', '127.0.0.1:80'].map((host) => statusAt(80, host))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect([statusAt(80, 'evil.test'), statusAt(80, '127.0.0.1', 'http://evil.test')]).toEqual([421, 403])
    expect(statusAt(8080, '127.0.0.1')).toBe(421)
  })

  test('refuses other origins, even with the token', async () => {
    for (const origin of [
      'http://evil.test',
      'null',
      `http://127.0.0.1:${page.port + 1}`,
      `https://127.0.0.1:${page.port}`,
    ]) {
      expect((await ask('/api/overview', { ...token(), origin })).status).toBe(403)
      expect((await ask('/api/clear', { ...json(), origin }, 'POST', '{"funcname":"odd"}')).status).toBe(403)
    }
    for (const site of ['cross-site', 'same-site']) {
      expect((await ask('/', { 'sec-fetch-site': site })).status).toBe(403)
    }
    expect((await ask('/api/overview', { ...token(), origin: `http://127.0.0.1:${page.port}` })).status).toBe(200)
  })

  test('accepts only requests that no form can send', async () => {
    const body = '{"funcname":"odd"}'
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await ask('/api/clear', { ...token(), 'content-type': type }, 'POST', body)).status).toBe(415)
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect((await ask('/api/clear', json(), method)).status).toBe(405)
    }
    expect((await ask('/api/clear', json(), 'GET')).status).toBe(404)
    expect(await persist(['show', 'odd', 'full'], { cwd })).toMatchObject({ code: 0 })
  })

  test('answers invalid requests with an error status', async () => {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '{"funcname":5}',
      '{"funcname":{"$ne":1}}',
      `"${'x'.repeat(200_000)}"`,
    ]) {
      expect((await ask('/api/clear', json(), 'POST', body)).status).toBe(400)
    }
    for (const query of ['', 'funcname=odd&order=__proto__', 'funcname=odd&limit=-1', 'funcname=odd&offset=x']) {
      expect((await ask(`/api/entries?${query}`, token())).status).toBe(400)
    }
    expect((await ask('/api/entry?funcname=odd&hash=..%2F..%2Fsecret', token())).status).toBe(400)
    expect((await ask('/api/entry?funcname=odd&hash=none', token())).status).toBe(404)
    expect(JSON.parse((await ask('/api/entries?funcname=__proto__', token())).text)).toMatchObject({ total: 0 })
  })

  test('serves only its own three files', async () => {
    for (const path of [
      '/package.json',
      '/../package.json',
      '/%2e%2e/package.json',
      '//etc/passwd',
      '/page/../main.js',
      '/page.js.map',
    ]) {
      expect((await ask(path, token())).status).toBe(404)
    }
    for (const path of ['/', '/page.js', '/style.css']) expect((await ask(path)).status).toBe(200)
  })

  test('sends its security headers with every response', async () => {
    for (const [path, headers] of [
      ['/', {}],
      ['/page.js', {}],
      ['/api/overview', {}],
      ['/api/overview', token()],
      ['/', { host: 'evil.test' }],
    ] as const) {
      const answer = await ask(path, headers)
      expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
      expect(answer.headers['content-security-policy']).not.toContain('unsafe')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
      })
    }
  })

  test('listens on this machine only', async () => {
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one && !one.internal && one.family === 'IPv4')
    // 127.0.0.2 is this machine too, but another address.
    for (const address of ['127.0.0.2', ...others.map((one) => one!.address)]) {
      const refused = await new Promise((resolve) => {
        const socket = connect(page.port, address, () => resolve(false)).on('error', () => resolve(true))
        socket.setTimeout(2000, () => resolve(true))
        socket.once('close', () => socket.destroy())
      })
      expect(refused).toBe(true)
    }
  })
})

test('with --readonly nothing can be deleted', async () => {
  const readonly = await serving(['--readonly'], cwd)
  const headers = { authorization: `Bearer ${readonly.token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ funcname: 'odd', hash: 'full' })
  for (const what of ['delete', 'clear']) {
    const answer = await fetch(`http://127.0.0.1:${readonly.port}/api/${what}`, { method: 'POST', headers, body })
    expect(answer.status).toBe(403)
  }
  expect(await readonly.end()).toBe(0)
  expect(await persist(['show', 'odd', 'full'], { cwd })).toMatchObject({ code: 0 })
})

test('each run has its own token, and ends with Ctrl-C', async () => {
  const other = await serving(['double'], cwd)
  expect(other.token).not.toBe(page.token)
  expect(other.token.length).toBeGreaterThanOrEqual(32)
  const overview = await fetch(`http://127.0.0.1:${other.port}/api/overview`, {
    headers: { authorization: `Bearer ${other.token}` },
  })
  expect(await overview.json()).toMatchObject({ functions: [{ funcname: 'double', entries: 5 }] })
  // A client that watches does not prevent the end.
  const watching = await fetch(`http://127.0.0.1:${other.port}/api/events`, {
    headers: { authorization: `Bearer ${other.token}` },
  })
  expect(await other.end()).toBe(0)
  await watching.body?.cancel().catch(() => {})
})
