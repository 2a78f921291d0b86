import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

// Any page in the browser can send requests to 127.0.0.1, and with a name that points there (DNS rebinding) they look as if
// they came from its own site. So a request must name this host, must come from this page if it comes from a page, and must
// have the token, which no other page can read.

/** The parts of a request that are checked. */
export interface Checked {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** The HTTP status that refuses a request. `undefined` if it is allowed. */
export function refuse({ method, headers }: Checked, port: number): 403 | 405 | 415 | 421 | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (headers.host === undefined || !hosts.includes(headers.host)) return 421
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) return 403
  // https://www.w3.org/TR/fetch-metadata/: `none` is a person who typed the address.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 403
  if (method !== 'GET' && method !== 'POST') return 405
  if (method === 'POST' && headers['content-type'] !== 'application/json') return 415
  return undefined
}

/** Whether a request has the token. */
export function knowsToken({ authorization = '' }: IncomingHttpHeaders, token: string): boolean {
  const given = Buffer.from(authorization)
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The headers of every answer. The page runs only its own script and connects only to this server. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}
