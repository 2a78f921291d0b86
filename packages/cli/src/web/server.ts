import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PersistError } from '@persist/errors'
import { ioError } from '../errors/cli-error.ts'
import { Api, HttpError, type WebStore } from './api.ts'
import { assetAt } from './assets.ts'
import { HEADERS, hasToken, rejectionStatus } from './guard.ts'
import { LiveUpdates } from './live.ts'

const MAX_BODY_BYTES = 100_000

/** A running server of the page. */
export interface WebServer {
  /** With the token after `#`, which a browser sends to no server. */
  readonly url: string
  close(): Promise<void>
}

/** Serves the page of a store on 127.0.0.1. Who has the URL can read, and delete unless the store is read-only. */
export async function serveWeb(store: WebStore, port: number, now: () => number = Date.now): Promise<WebServer> {
  const token = randomBytes(24).toString('base64url')
  const api = new Api(store, now)
  const live = new LiveUpdates(async (send) =>
    JSON.stringify(await api.overview((progress) => send(JSON.stringify({ progress })))),
  )
  const server = createServer((request, response) => {
    respond(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(ioError(`port ${port} cannot be used`, error)))
    server.listen(port, '127.0.0.1', resolve)
  })
  const at = (server.address() as AddressInfo).port

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const rejection = rejectionStatus(request, at)
    if (rejection !== undefined) return end(response, rejection, 'text/plain', 'refused')
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const asset = request.method === 'GET' ? await assetAt(pathname) : undefined
    if (asset !== undefined) return end(response, 200, asset.type, asset.content)
    if (!hasToken(request.headers, token)) return end(response, 401, 'text/plain', 'the token is missing or wrong')
    if (request.method === 'GET' && pathname === '/api/events') return live.watch(response)
    try {
      const answer = await answerTo(request, pathname, searchParams)
      end(response, 200, 'application/json', JSON.stringify(answer))
    } catch (error) {
      const status = error instanceof HttpError ? error.status : error instanceof PersistError ? 400 : 500
      end(response, status, 'application/json', JSON.stringify({ error: (error as Error).message }))
    }
  }

  async function answerTo(request: IncomingMessage, pathname: string, query: URLSearchParams): Promise<unknown> {
    switch (`${request.method} ${pathname}`) {
      case 'GET /api/overview':
        return api.overview()
      case 'GET /api/entries':
        return api.entries(query)
      case 'GET /api/entry':
        return api.entry(query)
      case 'POST /api/delete':
        return changed(api.delete(await bodyOf(request)))
      case 'POST /api/clear':
        return changed(api.clear(await bodyOf(request)))
      default:
        throw new HttpError(404, 'not found')
    }
  }

  async function changed<T>(change: Promise<T>): Promise<T> {
    const answer = await change
    await live.refresh()
    return answer
  }

  return {
    url: `http://127.0.0.1:${at}/#token=${token}`,
    close: () =>
      new Promise((resolve) => {
        live.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function end(response: ServerResponse, status: number, type: string, content: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': type })
  response.end(content)
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // The rest is read too, or the response would not arrive.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  if (bytes > MAX_BODY_BYTES) throw new HttpError(400, 'the request is too long')
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new HttpError(400, 'the request is not JSON')
  }
}
