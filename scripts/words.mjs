// Finds the words that this project does without: `node scripts/words.mjs [folders and files]`. With `--count`, prints how
// often each of them stands in 10,000 words of comments and pages, also in what is not clean yet.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findWords, NOT_YET_CLEAN } from './plain-words.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = /\.(?:[cm]?[jt]s|py|md)$|(?:^|\/)package\.json$/
/** Made by tools, fixed for good, or not of this project. */
const SKIPPED = /(?:^|\/)(?:node_modules|dist|golden|results|html|persist|\.(?!changeset)[^/]*|CHANGELOG\.md)$/
/** The list itself and its test. */
const OF_THE_LIST = ['scripts/plain-words.mjs', 'test/words.test.ts']
const COMMENT = /\/\*.*?\*\/|(?<=^|\s)(?:\/\/|#) .*?$/gms

const counting = process.argv[2] === '--count'
const wanted = process.argv.slice(counting ? 3 : 2)
const files = (wanted.length > 0 ? wanted : ['']).flatMap(filesIn).filter((file) => !OF_THE_LIST.includes(file))
if (counting) count(files)
else check(files)

/** Paths from the root, with `/`. */
function filesIn(path) {
  const here = path.replace(/\/$/, '')
  if (!statSync(resolve(ROOT, here)).isDirectory()) return [here]
  return readdirSync(resolve(ROOT, here), { withFileTypes: true }).flatMap((one) => {
    const inner = here === '' ? one.name : `${here}/${one.name}`
    if (SKIPPED.test(inner)) return []
    if (one.isDirectory()) return filesIn(inner)
    return one.isFile() && SOURCES.test(inner) ? [inner] : []
  })
}

/** Prints the words of all files, but of a path that is not clean yet only if it was named. */
function check(files) {
  const clean = new Set(wanted.length > 0 ? [] : NOT_YET_CLEAN)
  let found = 0
  for (const file of files) {
    const words = findWords(readFileSync(resolve(ROOT, file), 'utf8'))
    const path = wanted.length > 0 ? undefined : NOT_YET_CLEAN.find((path) => file.startsWith(path))
    if (path !== undefined) {
      if (words.length > 0) clean.delete(path)
      continue
    }
    for (const { word, use, line } of words) console.log(`${file}:${line}: "${word}": use ${use}`)
    found += words.length
  }
  for (const path of clean) console.log(`${path} is clean: take it out of NOT_YET_CLEAN in scripts/plain-words.mjs`)
  console.log(`${found} words to replace in ${files.length} files`)
  process.exitCode = found === 0 && files.length > 0 ? 0 : 1
}

function count(files) {
  let words = 0
  const counts = new Map()
  for (const file of files) {
    const prose = proseOf(file)
    words += prose.match(/\p{L}+/gu)?.length ?? 0
    for (const { word } of findWords(prose)) {
      const name = word.toLowerCase()
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  console.log(`${words} words in comments and pages of ${files.length} files; of 10,000 of them:`)
  for (const [word, times] of [...counts].sort(([, a], [, b]) => b - a))
    console.log(`${((times / words) * 10_000).toFixed(1).padStart(6)}  ${word}`)
}

function proseOf(file) {
  const text = readFileSync(resolve(ROOT, file), 'utf8')
  if (file.endsWith('.md')) return text
  return [...text.matchAll(COMMENT)].map(([comment]) => comment).join('\n')
}
