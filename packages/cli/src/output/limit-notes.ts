import { oneLine } from './escape.ts'
import type { Output } from './output.ts'

const MAX_NOTES = 20

/** Prints notes, at most {@link MAX_NOTES} of them. */
export function limitNotes(output: Output): (note: string) => void {
  let notes = 0
  return (note) => {
    notes++
    if (notes <= MAX_NOTES) output.note(oneLine(note))
    else if (notes === MAX_NOTES + 1) output.note('… and more')
  }
}
