import { describe, expect, test } from 'vitest'
import { BUNDLERS } from './bundlers.ts'
import { type Folder, folderWith } from './folder.ts'

// A name that the user did not choose identifies no function: bundlers change it, and scripts share folders.

const LOAD = (what: string) => `
import { persist } from '@persist/core'
function load(id) {
  return '${what} ' + id
}
export const ${what} = persist(load)
`
const MAIN = (first: string, second: string) => `
import { ${first} } from './${first}.mjs'
import { ${second} } from './${second}.mjs'
console.log(user(1), post(1), user(1), post(1))
`

describe.each(BUNDLERS)('built twice by %s, with other names for the same functions', (_, bundle, extension) => {
  const outputOf = (folder: Folder): string => {
    try {
      return folder.node(`main.out.${extension}`, { ignoreStderr: true })
    } catch (error) {
      // A bundler may keep both names, so that they meet in one process; a minifier may remove both.
      if (/ERR_PERSIST_DUPLICATE_NAMESPACE|minifiers remove the names/.test(String(error)))
        return 'an error that says so\n'
      throw error
    }
  }
  const right = /^(user 1 post 1 user 1 post 1|an error that says so)\n$/

  test('a function never gets the results of another: swapped imports', async () => {
    const folder = folderWith({ 'user.mjs': LOAD('user'), 'post.mjs': LOAD('post') })
    for (const [first, second] of [
      ['user', 'post'],
      ['post', 'user'],
      ['user', 'post'],
    ] as const) {
      folder.write({ 'main.mjs': MAIN(first, second) })
      await bundle(folder.path, 'main.mjs', `main.out.${extension}`)
      expect(outputOf(folder)).toMatch(right)
    }
  })

  test('a function never gets the results of another: swapped declarations', async () => {
    const user = "export const user = persist((() => { function load(id) { return 'user ' + id } return load })())\n"
    const post = user.replaceAll('user', 'post')
    const head = "import { persist } from '@persist/core'\n"
    const folder = folderWith({})
    for (const both of [user + post, post + user]) {
      folder.write({
        'both.mjs': head + both,
        'main.mjs': `import { user, post } from './both.mjs'\nconsole.log(user(1), post(1), user(1), post(1))`,
      })
      await bundle(folder.path, 'main.mjs', `main.out.${extension}`)
      expect(outputOf(folder)).toMatch(right)
    }
  })
})

test('two scripts in one folder, each with a function of the same name, have their own results', () => {
  const script = (what: string) => `${LOAD(what)}console.log(${what}(1), ${what}(1))\n`
  const folder = folderWith({ 'user.mjs': script('user'), 'post.mjs': script('post') })
  for (const what of ['user', 'post', 'user']) {
    expect(folder.node(`${what}.mjs`, { ignoreStderr: true })).toBe(`${what} 1 ${what} 1\n`)
  }
})

test.each(BUNDLERS.filter(([name]) => /minif|^webpack$/.test(name)))(
  'if %s removes the name of a function expression, the error says so',
  async (_, bundle, extension) => {
    const folder = folderWith({
      'main.mjs': `
        import { persist } from '@persist/core'
        const double = persist(function double(x) { return 2 * x })
        console.log(double(3))`,
    })
    await bundle(folder.path, 'main.mjs', `main.out.${extension}`)
    expect(() => folder.node(`main.out.${extension}`)).toThrow(/OPTION[\s\S]*minifier|minifier[\s\S]*OPTION/)
  },
)
