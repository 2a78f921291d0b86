import type { EntryDetails, LiveMessage, Order, Rows } from '../types.ts'

const TOKEN_ITEM = 'persist-token'

/** Removes the token from the address, so that it is not copied with it, and keeps it until the tab is closed. */
function takeToken(): string {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1]
  if (token !== undefined) {
    sessionStorage.setItem(TOKEN_ITEM, token)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(TOKEN_ITEM) ?? ''
}

const authorization = `Bearer ${takeToken()}`

/** The server refused a request. */
export class ResponseError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The rows that the table of entries shows. */
export interface Search {
  readonly funcname: string
  readonly search: string
  readonly order: Order
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
}

export function entries(search: Search): Promise<Rows> {
  return get('entries', { ...search }) as Promise<Rows>
}

export function entry(funcname: string, hash: string): Promise<EntryDetails> {
  return get('entry', { funcname, hash }) as Promise<EntryDetails>
}

export async function deleteEntry(funcname: string, hash: string): Promise<void> {
  await post('delete', { funcname, hash })
}

export async function clear(funcname: string): Promise<void> {
  await post('clear', { funcname })
}

/** Calls `update` with each message from the server until the connection ends. */
export async function watch(update: (message: LiveMessage) => void): Promise<void> {
  const response = await checked(await fetch('/api/events', { headers: { authorization } }))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const events = (text + value).split('\n\n')
    text = events.pop()!
    for (const event of events) if (event.startsWith('data: ')) update(JSON.parse(event.slice('data: '.length)))
  }
}

async function get(path: string, query: Record<string, string | number | boolean>): Promise<unknown> {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return (await checked(await fetch(`/api/${path}?${search}`, { headers: { authorization } }))).json()
}

async function post(path: string, body: unknown): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' }
  await checked(await fetch(`/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  const text = await response.text()
  let message = text
  try {
    message = JSON.parse(text).error
  } catch {
    // Not every error is JSON. Then its body is the message.
  }
  throw new ResponseError(response.status, message)
}
