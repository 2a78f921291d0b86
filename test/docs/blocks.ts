import type { Document } from './documents.ts'

/** A fenced block of a document. */
export interface Block {
  readonly document: string
  /** The number of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  readonly marks: Marks
}

/**
 * Settings of a block, in HTML comments above it, which a reader of the page does not see:
 *
 * - `<!-- compile only: why -->`: it cannot run here
 * - `<!-- given: code -->`: code before it that the page leaves out
 * - `<!-- continues -->`: it belongs to the program of the block before
 * - `<!-- name.ts -->`: the file's name, by which the other blocks of the page import it
 */
export interface Marks {
  readonly compileOnly?: string
  readonly given?: string
  readonly continues?: true
  readonly name?: string
}

const FENCE = /^(`{3,})(\S*)[^\n]*\n(.*?)^\1\s*$/gms
const COMMENTS_ABOVE = /(?:<!--(?:(?!-->).)*-->\s*)+$/s
const COMMENT = /<!--\s*((?:(?!-->).)*?)\s*-->/gs

/** All fenced blocks, in order. */
export function blocksOf({ path, text }: Document): Block[] {
  return [...text.matchAll(FENCE)].map((found) => {
    const [, fence, language = '', code = ''] = found
    const above = text.slice(0, found.index)
    const start = above.split('\n').length + 1
    if (fence!.length > 3) throw new Error(`${path}:${start}: a fence has three backticks`)
    return { document: path, line: start, language, code, marks: marksOf(above) }
  })
}

function marksOf(above: string): Marks {
  const comments = [...(COMMENTS_ABOVE.exec(above)?.[0] ?? '').matchAll(COMMENT)]
  return Object.assign({}, ...comments.map(([, text]) => markOf(text!)))
}

/** Other comments have no effect. A misspelled setting fails by its missing effect. */
function markOf(text: string): Marks {
  const [, word, rest = ''] = /^(compile only|given|continues)(?::\s*(.*))?$/s.exec(text) ?? []
  if (word === 'compile only' && rest !== '') return { compileOnly: rest }
  if (word === 'given' && rest !== '') return { given: rest }
  if (word === 'continues' && rest === '') return { continues: true }
  if (/^[\w.-]+\.ts$/.test(text)) return { name: text }
  return {}
}
