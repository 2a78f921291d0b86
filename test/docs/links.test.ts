import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { documents, ROOT } from './documents.ts'

/** Where the links and pictures of a text lead that lead into this repository. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^\w+:/.test(target))
}

/** As GitHub makes them of headings. */
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

test.each(documents())('the links of $path lead somewhere', ({ path, text }) => {
  const dead = linksIn(text).filter((link) => {
    const [file, anchor] = link.split('#')
    const target = file === '' ? path : normalize(join(dirname(path), file!))
    if (!existsSync(join(ROOT, target))) return true
    return anchor !== undefined && !anchorsIn(readFileSync(join(ROOT, target), 'utf8')).includes(anchor)
  })
  expect(dead).toEqual([])
})

test('a page of docs/ is found from its index', () => {
  const index = documents().find(({ path }) => path === 'docs/README.md')!
  const listed = linksIn(index.text).map((link) => `docs/${link}`)
  const pages = documents().filter(({ path }) => path.startsWith('docs/') && path !== 'docs/README.md')
  expect(pages.map(({ path }) => path).filter((path) => !listed.includes(path))).toEqual([])
})
