import type { Overview } from '../types.ts'
import { Refused, watch } from './client.ts'
import { el } from './dom.ts'
import { entryView } from './entry-view.ts'
import { FunctionView } from './function-view.ts'
import { listenToKeys } from './keys.ts'
import { overviewView, totals } from './overview-view.ts'
import { currentRoute, hrefOf } from './route.ts'

const RETRY_MS = 1500

const where = el('nav', { 'aria-label': 'Location' })
const light = el('span', { class: 'light', role: 'status' }, 'connecting')
const main = el('main')
const side = el('div', { class: 'side' })

let overview: Overview | undefined
let shownFunction: FunctionView | undefined
let shownEntry = ''

function draw(): void {
  if (overview === undefined) return
  const { funcname, hash } = currentRoute()
  const { store, functions, readonly } = overview
  where.replaceChildren(
    el('a', { href: hrefOf({}) }, store),
    ...(funcname === undefined ? [] : [' / ', el('a', { href: hrefOf({ funcname }) }, funcname)]),
  )
  document.title = funcname === undefined ? 'persist' : `${funcname} – persist`
  if (funcname === undefined) {
    shownFunction = undefined
    const focused = document.activeElement?.getAttribute('data-href')
    main.replaceChildren(totals(overview), overviewView(overview))
    if (focused) main.querySelector<HTMLElement>(`[data-href=${CSS.escape(focused)}]`)?.focus()
  } else {
    const shape = functions.find((one) => one.funcname === funcname)
    if (shownFunction?.funcname === funcname) shownFunction.update(shape)
    else {
      shownFunction = new FunctionView(funcname, shape, readonly)
      main.replaceChildren(shownFunction.element)
    }
  }
  void drawEntry(funcname, hash, readonly)
}

async function drawEntry(funcname: string | undefined, hash: string | undefined, readonly: boolean): Promise<void> {
  const meant = funcname === undefined || hash === undefined ? '' : hrefOf({ funcname, hash })
  if (meant === shownEntry) return
  shownEntry = meant
  document.body.classList.toggle('with-entry', meant !== '')
  if (meant === '') return side.replaceChildren()
  const view = await entryView(funcname!, hash!, readonly)
  if (meant === shownEntry) side.replaceChildren(view)
}

async function live(): Promise<void> {
  for (;;) {
    try {
      await watch((received) => {
        if ('error' in received) return say('trouble', received.error)
        say('live')
        overview = received
        draw()
      })
      say('away', 'the command has ended')
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        say('away', 'open the address that persist serve printed')
        main.replaceChildren(
          el('p', { class: 'empty' }, 'This page needs the whole address that “persist serve” printed.'),
        )
        return
      }
      say('away', 'not connected')
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

function say(state: 'live' | 'trouble' | 'away', text: string = state): void {
  light.className = `light ${state}`
  light.textContent = text
}

document.body.append(
  el('header', {}, el('strong', {}, 'persist'), where, el('span', { class: 'grow' }), light),
  el('div', { class: 'columns' }, main, side),
)
addEventListener('hashchange', draw)
listenToKeys()
void live()
