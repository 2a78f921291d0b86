import { readdirSync, readFileSync } from 'node:fs'

const DOCS = new URL('../../../docs/', import.meta.url)
const LENGTH = 1_000_000

/**
 * An answer of a language model of 1 MB: English prose with code and tables in Markdown, as the documentation of this
 * repository is. It repeats only at a distance that gzip does not see.
 */
export function llmAnswer() {
  const pages = readdirSync(DOCS).filter((name) => name.endsWith('.md'))
  const text = pages.map((name) => readFileSync(new URL(name, DOCS), 'utf8')).join('\n')
  const content = text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH)
  return {
    id: 'chatcmpl-9xQ1',
    model: 'a-model-1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1204, completion_tokens: 250_000, total_tokens: 251_204 },
  }
}

/** A record of 1 MB as JSON. */
export function largeRecord() {
  return {
    rows: Array.from({ length: 12_000 }, (_, id) => ({
      id,
      name: `user ${id}`,
      email: `u${id}@example.org`,
      active: id % 2 === 0,
      score: id * 1.5,
    })),
  }
}
