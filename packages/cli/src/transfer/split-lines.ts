import { constants } from 'node:buffer'

/** The longest line that can be read: the longest string of Node. */
const LONGEST_LINE = constants.MAX_STRING_LENGTH
/** A file whose first line is longer was not written by `persist export`. */
const LONGEST_FIRST_LINE = 1_000_000

const LINE_FEED = 10

/**
 * The lines of a file, in bounded memory. `undefined` stands for a line that is too long, which is skipped. The first line
 * has a lower limit than all others.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  longest = LONGEST_LINE,
  longestFirst = LONGEST_FIRST_LINE,
): AsyncGenerator<string | undefined> {
  let limit = longestFirst
  let parts: Buffer[] = []
  let length = 0

  const take = () => {
    const line = length > limit ? undefined : Buffer.concat(parts).toString('utf8').replace(/\r$/, '')
    parts = []
    length = 0
    limit = longest
    return line
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); ; end = chunk.indexOf(LINE_FEED, start)) {
      const part = chunk.subarray(start, end < 0 ? chunk.length : end)
      length += part.length
      if (length > limit) parts = []
      else parts.push(part)
      if (end < 0) break
      yield take()
      start = end + 1
    }
    // This is not an exported file, so the rest does not matter.
    if (limit === longestFirst && length > limit) {
      yield undefined
      return
    }
  }
  if (length > 0) yield take()
}
