import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { documents, ROOT } from './documents.ts'

/** The targets of links and pictures that lead into this repository. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
    ([, inline, below]) => inline ?? below!,
  )
  return targets.filter((target) => !/^\w+:/.test(target))
}

/** The names of targets at the end of a page (`[name]: target`), and the names that its links use. */
function referencesIn(text: string): { readonly defined: readonly string[]; readonly used: readonly string[] } {
  const prose = text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')
  const defined = [...prose.matchAll(/^\[([^\]]+)\]: /gm)].map(([, name]) => name!)
  const used = [...prose.matchAll(/\[([\w./-]+\.ts)\](?![(:])/g)].map(([, name]) => name!)
  return { defined: defined.sort(), used: [...new Set(used)].sort() }
}

/** The anchors that GitHub makes from headings. */
function anchorsIn(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '')
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return [...headings, ...[...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)]
}

test.each(documents())('the links of $path have targets', ({ path, text }) => {
  const dead = linksIn(text).filter((link) => {
    const [file, anchor] = link.split('#')
    const target = file === '' ? path : normalize(join(dirname(path), file!))
    if (!existsSync(join(ROOT, target))) return true
    return anchor !== undefined && !anchorsIn(readFileSync(join(ROOT, target), 'utf8')).includes(anchor)
  })
  expect(dead).toEqual([])
})

test.each(documents())('the links of $path by name have targets, and its targets have links', ({ text }) => {
  const { defined, used } = referencesIn(text)
  expect(defined).toEqual(used)
})

test('a page of docs/ is found from its index', () => {
  const index = documents().find(({ path }) => path === 'docs/README.md')!
  const listed = linksIn(index.text).map((link) => `docs/${link}`)
  const pages = documents().filter(({ path }) => path.startsWith('docs/') && path !== 'docs/README.md')
  expect(pages.map(({ path }) => path).filter((path) => !listed.includes(path))).toEqual([])
})
