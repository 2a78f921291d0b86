import { escapeControls } from '../../output/escape.ts'
import { count } from '../../output/format.ts'
import type { Overview, Progress } from '../types.ts'
import { ResponseError, watch } from './client.ts'
import { el } from './dom.ts'
import { entryView } from './entry-view.ts'
import { FunctionView } from './function-view.ts'
import { listenToKeys } from './keys.ts'
import { overviewView, totals } from './overview-view.ts'
import { currentRoute, hrefOf } from './route.ts'

const RETRY_MS = 1500

const path = el('nav', { 'aria-label': 'Breadcrumb' })
const status = el('span', { class: 'status', role: 'status' }, 'connecting')
const main = el('main')
const side = el('div', { class: 'side' })

let overview: Overview | undefined
let shownFunction: FunctionView | undefined
let shownEntry = ''

function draw(): void {
  if (overview === undefined) return
  const { funcname, hash } = currentRoute()
  const { store, functions, readonly } = overview
  path.replaceChildren(
    el('a', { href: hrefOf({}) }, store),
    ...(funcname === undefined ? [] : [' / ', el('a', { href: hrefOf({ funcname }) }, funcname)]),
  )
  document.title = funcname === undefined ? 'persist' : `${escapeControls(funcname)} – persist`
  if (funcname === undefined) {
    shownFunction = undefined
    const focused = document.activeElement?.getAttribute('data-href')
    main.replaceChildren(totals(overview), overviewView(overview))
    if (focused) main.querySelector<HTMLElement>(`[data-href=${CSS.escape(focused)}]`)?.focus()
  } else {
    const details = functions.find((one) => one.funcname === funcname)
    if (shownFunction?.funcname === funcname) shownFunction.update(details)
    else {
      shownFunction = new FunctionView(funcname, details, readonly)
      main.replaceChildren(shownFunction.element)
    }
  }
  void drawEntry(funcname, hash, readonly)
}

async function drawEntry(funcname: string | undefined, hash: string | undefined, readonly: boolean): Promise<void> {
  const href = funcname === undefined || hash === undefined ? '' : hrefOf({ funcname, hash })
  if (href === shownEntry) return
  shownEntry = href
  document.body.classList.toggle('with-entry', href !== '')
  if (href === '') return side.replaceChildren()
  const view = await entryView(funcname!, hash!, readonly)
  if (href === shownEntry) side.replaceChildren(view)
}

async function live(): Promise<void> {
  for (;;) {
    try {
      await watch((message) => {
        if ('progress' in message) return showProgress(message.progress)
        if ('error' in message) return showStatus('failed', message.error)
        showStatus('live')
        overview = message
        draw()
      })
      showStatus('offline', 'persist serve has ended')
    } catch (error) {
      if (error instanceof ResponseError && error.status === 401) {
        showStatus('offline', 'open the address that persist serve printed')
        main.replaceChildren(
          el('p', { class: 'empty' }, 'This page needs the whole address that “persist serve” printed.'),
        )
        return
      }
      showStatus('offline', 'not connected')
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Shown until the first overview: a large or slow store takes a while. */
function showProgress(progress?: Progress): void {
  const read = progress && `: ${count(progress.entries)} entries of ${count(progress.functions)} functions`
  main.replaceChildren(el('p', { class: 'faint empty', role: 'status' }, `Reading the store${read ?? ''} …`))
}

function showStatus(state: 'live' | 'failed' | 'offline', text: string = state): void {
  status.className = `status ${state}`
  status.textContent = escapeControls(text)
}

document.body.append(
  el('header', {}, el('h1', {}, 'persist'), path, el('span', { class: 'grow' }), status),
  el('div', { class: 'columns' }, main, side),
)
showProgress()
addEventListener('hashchange', draw)
listenToKeys()
void live()
