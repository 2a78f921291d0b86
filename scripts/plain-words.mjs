// The words that comments, messages, names, test titles and pages do without, each with the one to use.

/**
 * A word to avoid and its replacement. A space in a word also matches a line break in a comment. To add a word, add a line;
 * `node scripts/words.mjs` then lists where it stands.
 */
export const WORDS = [
  [/whoever/, '"who", or the noun'],
  [/(?:no|some|every|any)body(?:'s)?/, '"no one", "someone", "everyone", "anyone", or the noun'],
  [/anew/, '"again"'],
  [/lest/, '"so that … not"'],
  [/for ever/, '"forever"'],
  [/lately/, '"recently"'],
  [/(?<!square |curly |angle )brackets?/, '"parentheses", or "square brackets"'],
  [/tells?|told|telling/, '"report", "say", "show" or "distinguish"'],
  [/behind/, '"in the background", "after" or "within"'],
  [/[«»]/, '" or \''],
  // American spelling.
  [/\w*(?:behavi|col|fav|flav|harb|hon|lab|neighb|rum|vap)our\w*/, 'the spelling with -or'],
  [/\w*(?:cancel|label|model|signal|travel)l(?:ed|ing|er|ers)/, 'the spelling with one l'],
  [
    /\w*(?:author|canonical|categor|custom|emphas|final|general|initial|local|memo|minim|maxim|normal)is(?:e[drs]?|ing|ations?)/,
    'the spelling with -iz-',
  ],
  [
    /\w*(?:optim|organ|prior|random|real|recogn|serial|special|stabil|summar|synchron|token|util)is(?:e[drs]?|ing|ations?)/,
    'the spelling with -iz-',
  ],
  [/(?:para|ana)lys(?:ed?|ing)/, 'the spelling with -yz-'],
  [/catalogues?|dialogues?/, 'the spelling with -og'],
  [/cent(?:re|res|red)|grey|licence|defence|offence/, '"center", "gray", "license", "defense"'],
  [/(?:mis)?spelt|learnt|whilst|judgements?|acknowledgements?/, 'misspelled, learned, while, judgment, acknowledgment'],
]

/** Where a word of the list is the right one. Keep this short: another word is nearly always possible. */
export const ALLOWED = ['behind a proxy']

/** What is not clean yet. Take a line out with the change that cleans it; the list is to become empty. */
export const NOT_YET_CLEAN = []

const SPACE = String.raw`(?:\s|\n\s*(?:\*|//|#))+`
const spaced = (source) => source.replaceAll(' ', SPACE)
/** Letters stand on one side of it at most. */
const EDGE = String.raw`(?!(?<=\p{L})\p{L})`
const patterns = WORDS.map(([word, use]) => [new RegExp(`${EDGE}(?:${spaced(word.source)})${EDGE}`, 'giu'), use])
const allowed = new RegExp(ALLOWED.map(spaced).join('|'), 'gi')

/** The words of the list in a text, in their order. Names count by their parts: `inColour` holds a word, `foretell` none. */
export function findWords(text) {
  const parts = text
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .replaceAll('_', ' ')
    .replace(allowed, (phrase) => phrase.replace(/\S/g, '-'))
  return patterns
    .flatMap(([pattern, use]) => [...parts.matchAll(pattern)].map(({ 0: word, index }) => ({ word, use, index })))
    .sort((a, b) => a.index - b.index)
    .map(({ word, use, index }) => ({ word, use, line: parts.slice(0, index).split('\n').length }))
}
