import { inspect } from 'node:util'

/**
 * Whether a comment is right: it begins with the value (`6, computed once ever`), as `inspect` or a person
 * would write it, apart from spaces. A `…` stands for anything.
 *
 * @param {string} claim
 * @param {string} actual
 */
export function holds(claim, actual) {
  claim = unsized(claim)
  if (claim.includes('…')) {
    const pieces = claim.split('…').map(loosely)
    return new RegExp(`^${pieces.join('[^]*')}`).test(actual)
  }
  return new RegExp(`^${loosely(actual)}(?=$|[\\s,;:)]|\\.(?!\\d))`).test(claim)
}

/** @param {unknown} value */
export function shownAs(value) {
  return unsized(inspect(value, { depth: 9, breakLength: Infinity, compact: true }))
}

/**
 * People leave out the size of a Map.
 *
 * @param {string} text
 */
function unsized(text) {
  return text.replaceAll(/\b(Map|Set|Uint8Array)\(\d+\) /g, '$1 ')
}

/** @param {string} text */
function loosely(text) {
  return [...text.replaceAll(/\s+/g, '')]
    .map((character) => (/['"`]/.test(character) ? '[\'"`]' : character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')))
    .join('\\s*')
}
