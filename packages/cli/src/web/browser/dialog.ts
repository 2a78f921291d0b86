import { el } from './dom.ts'

/** Asks for confirmation. Escape and a click outside of the dialog mean no. */
export function confirmed(question: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    const no = el('button', { type: 'button', click: () => dialog.close() }, 'Cancel')
    const ok = el('button', { type: 'button', class: 'danger', click: () => dialog.close('yes') }, yes)
    const dialog: HTMLDialogElement = el(
      'dialog',
      {
        'aria-label': question,
        click: (event: MouseEvent): void => {
          if (event.target === dialog) dialog.close()
        },
        close: () => {
          dialog.remove()
          resolve(dialog.returnValue === 'yes')
        },
      },
      el('p', {}, question),
      el('div', { class: 'buttons' }, no, ok),
    )
    document.body.append(dialog)
    dialog.showModal()
    no.focus()
  })
}

/** Shows a dialog until it is closed. */
export function showDialog(title: string, ...content: Node[]): void {
  const close = (): void => dialog.close()
  const dialog: HTMLDialogElement = el(
    'dialog',
    { 'aria-label': title, close: () => dialog.remove() },
    el('h2', {}, title),
    ...content,
    el('div', { class: 'buttons' }, el('button', { type: 'button', click: close }, 'Close')),
  )
  document.body.append(dialog)
  dialog.showModal()
}

/** Shows an error for six seconds. */
export function complain(error: unknown): void {
  const note = el('div', { class: 'complaint', role: 'alert' }, error instanceof Error ? error.message : String(error))
  document.body.append(note)
  setTimeout(() => note.remove(), 6000)
}
