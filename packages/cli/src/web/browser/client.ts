import type { EntryShape, Order, Overview, Rows } from '../types.ts'

const KEPT = 'persist-token'

/** Moves the token from the address, where a person would copy it, to the storage of the tab. */
function takeToken(): string {
  const given = /^#token=([\w-]+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(KEPT, given)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(KEPT) ?? ''
}

const authorization = `Bearer ${takeToken()}`

/** The server refused a request. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The content of the table of entries. */
export interface Search {
  readonly funcname: string
  readonly search: string
  readonly order: Order
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
}

export function entries(search: Search): Promise<Rows> {
  return ask('entries', { ...search }) as Promise<Rows>
}

export function entry(funcname: string, hash: string): Promise<EntryShape> {
  return ask('entry', { funcname, hash }) as Promise<EntryShape>
}

export async function deleteEntry(funcname: string, hash: string): Promise<void> {
  await post('delete', { funcname, hash })
}

export async function clear(funcname: string): Promise<void> {
  await post('clear', { funcname })
}

/** Calls with each overview that the server sends, until the connection ends. */
export async function watch(receive: (overview: Overview | { error: string }) => void): Promise<void> {
  const response = await checked(await fetch('/api/events', { headers: { authorization } }))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const events = (text + value).split('\n\n')
    text = events.pop()!
    for (const event of events) if (event.startsWith('data: ')) receive(JSON.parse(event.slice('data: '.length)))
  }
}

async function ask(what: string, query: Record<string, string | number | boolean>): Promise<unknown> {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return (await checked(await fetch(`/api/${what}?${search}`, { headers: { authorization } }))).json()
}

async function post(what: string, body: unknown): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' }
  await checked(await fetch(`/api/${what}`, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  const text = await response.text()
  let message = text
  try {
    message = JSON.parse(text).error
  } catch {
    // An answer that is not JSON is the reason itself.
  }
  throw new Refused(response.status, message)
}
