import { expect, test } from 'vitest'
import { documents } from './documents.ts'

/** Words that make a reader look twice: there is a plainer one for each. */
const HARD = /\b(whoever|nobody|somebody|everybody|anew|lest|for ever|memois\w*|behaviour|colour)\b/gi

test.each(documents())('$path uses plain words, in American spelling', ({ text }) => {
  const prose = text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')
  expect(prose.match(HARD) ?? []).toEqual([])
})
