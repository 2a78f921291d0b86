/** Whoever has changes that are not noted yet. */
export interface Noting {
  note(): void
}

const unnoted = new Set<Noting>()
let listens = false

/** Has the changes noted when the process ends, at the latest. */
export function noteOnExit(noting: Noting): void {
  unnoted.add(noting)
  if (listens) return
  listens = true
  process.on('exit', () => {
    for (const one of unnoted) {
      try {
        one.note()
      } catch {
        // An estimate is a little off then; nobody is left to tell.
      }
    }
  })
}

/** There is nothing to note any more. */
export function forgetNotes(noting: Noting): void {
  unnoted.delete(noting)
}
