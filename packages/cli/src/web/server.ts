import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PersistError } from '@persist/errors'
import { ioError } from '../exit.ts'
import { Api, type PageStore, Unanswerable } from './api.ts'
import { assetAt } from './assets.ts'
import { HEADERS, knowsToken, refuse } from './guard.ts'
import { Live } from './live.ts'

const MOST_BODY_BYTES = 100_000

/** A running server of the page. */
export interface Served {
  /** The address, with the token after `#`, which a browser never sends to a server. */
  readonly url: string
  close(): Promise<void>
}

/** Serves the page for a store on 127.0.0.1. A person with the URL may read, and may delete unless the page is read-only. */
export async function servePage(store: PageStore, port: number, now: () => number = Date.now): Promise<Served> {
  const token = randomBytes(24).toString('base64url')
  const api = new Api(store, now)
  const live = new Live(async () => JSON.stringify(await api.overview()))
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
    const refusal = refuse(request, at)
    if (refusal !== undefined) return end(response, refusal, 'text/plain', 'refused')
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const asset = request.method === 'GET' ? await assetAt(pathname) : undefined
    if (asset !== undefined) return end(response, 200, asset.type, asset.content)
    if (!knowsToken(request.headers, token)) return end(response, 401, 'text/plain', 'the token is missing or wrong')
    if (request.method === 'GET' && pathname === '/api/events') return live.watch(response)
    try {
      const answer = await answerTo(request, pathname, searchParams)
      end(response, 200, 'application/json', JSON.stringify(answer))
    } catch (error) {
      const status = error instanceof Unanswerable ? error.status : error instanceof PersistError ? 400 : 500
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
        throw new Unanswerable(404, 'not found')
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
    // This also reads the rest, because the answer would not arrive otherwise.
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk)
  }
  if (bytes > MOST_BODY_BYTES) throw new Unanswerable(400, 'the body is too long')
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Unanswerable(400, 'the body is not JSON')
  }
}
