/** An object with changes that are not written down yet. */
export interface Flushable {
  flush(): void
}

const unflushed = new Set<Flushable>()
let listens = false

/** Has the changes noted when the process ends, at the latest. */
export function flushOnExit(flushable: Flushable): void {
  unflushed.add(flushable)
  if (listens) return
  listens = true
  process.on('exit', () => {
    for (const one of unflushed) {
      try {
        one.flush()
      } catch {
        // An estimate is a little off then; no caller is left to report it to.
      }
    }
  })
}

/** There is nothing to note any more. */
export function cancelFlush(flushable: Flushable): void {
  unflushed.delete(flushable)
}
