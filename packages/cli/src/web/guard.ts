import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

// Any page that is open in the browser can send requests to 127.0.0.1, and a name that is made to point there
// (DNS rebinding) makes them look as if they came from its own site. So a request must name this very host, come from
// this very page if it comes from a page, and know the token, which no other page can read.

/** The parts of a request that are checked. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** The HTTP status that rejects a request; `undefined`: it is accepted. */
export function rejectionStatus({ method, headers }: RequestHead, port: number): 403 | 405 | 415 | 421 | undefined {
  // Browsers leave out the port that is usual for HTTP.
  const ends = port === 80 ? ['', ':80'] : [`:${port}`]
  const hosts = ends.flatMap((end) => [`127.0.0.1${end}`, `localhost${end}`])
  if (headers.host === undefined || !hosts.includes(headers.host)) return 421
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) return 403
  // https://www.w3.org/TR/fetch-metadata/: `none` is an address that the user typed.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 403
  if (method !== 'GET' && method !== 'POST') return 405
  if (method === 'POST' && headers['content-type'] !== 'application/json') return 415
  return undefined
}

/** Whether the request carries the token. */
export function hasToken({ authorization = '' }: IncomingHttpHeaders, token: string): boolean {
  const given = Buffer.from(authorization)
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Sent with every response: the page runs only its own script and connects only to its own server. */
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
