import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Project } from './support/project.ts'

const PROJECTS = process.env.PERSIST_SOAK === '1' ? 2_000 : 60

/** Where Node finds the specifiers by `import` and by `require`, if there is a file. */
const RESOLVE = `
import { realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
const finds = { 'main.mjs': (one) => fileURLToPath(import.meta.resolve(one)), 'main.cjs': createRequire(import.meta.url).resolve }
const found = []
for (const specifier of SPECIFIERS) {
  for (const [entry, find] of Object.entries(finds)) {
    try {
      const path = realpathSync(find(specifier))
      if (statSync(path).isFile()) found.push({ entry, specifier, path })
    } catch {
      // Node finds nothing: what code finds there does not matter.
    }
  }
}
export default found
`

const FOLDERS = ['', 'src/', 'lib/', 'src/lib/']
const NAMES = ['a', 'b%20c', 'index', 'a.js']
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.json']
const ALL_FILES = FOLDERS.flatMap((folder) =>
  NAMES.flatMap((name) => EXTENSIONS.map((extension) => `${folder}${name}${extension}`)),
)
const [folder, name, extension] = [FOLDERS, NAMES, EXTENSIONS].map((list) => fc.constantFrom(...list)) as [
  fc.Arbitrary<string>,
  fc.Arbitrary<string>,
  fc.Arbitrary<string>,
]
const target = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(folder, name, extension).map((parts) => `./${parts.join('')}`) },
  { weight: 2, arbitrary: fc.constantFrom('./src/*.js', './src/*', './lib/*.mjs', './*/index.js', './src/lib/*') },
  { weight: 1, arbitrary: fc.constant(null) },
)
const conditions = fc.oneof(
  target,
  fc.record({ import: target, default: target }, { requiredKeys: ['default'] }),
  fc.record({ node: target, require: target, default: target }, { requiredKeys: [] }),
)
const map = (start: '#' | './') => {
  const keys = ['a', '*', '*.js', 'x/*', 'x/*/index.js', 'x/a', 'lib/*'].map((key) => `${start}${key}`)
  return fc.dictionary(fc.constantFrom(...keys), conditions, { maxKeys: 5 })
}
const manifest = (own: string) =>
  fc.record(
    {
      name: fc.constant(own),
      type: fc.constantFrom('module', 'commonjs'),
      // An escape in it means another file for `import` than for `require`.
      main: fc.oneof(target, fc.constantFrom('lib', './src', 'none.js')).filter((path) => !path?.includes('%')),
      module: target,
      imports: map('#'),
      exports: fc.oneof(map('./'), fc.record({ '.': conditions, './x/*': conditions })),
    },
    { requiredKeys: ['name'] },
  )
const contents = fc.subarray(ALL_FILES, { minLength: 20 })
const specifier = fc.oneof(
  fc
    .tuple(fc.constantFrom('./', './src/', './lib/', './src/../'), name, fc.oneof(extension, fc.constant('')))
    .map((all) => all.join('')),
  fc.constantFrom('.', './src', './lib/', './src/lib', './a.js?v=1', './src/a.mjs#x', './b%2520c.js', './lib/%61.js'),
  fc.constantFrom('a', '*', 'a.js', 'x/a', 'x/a/index.js', 'lib/a', 'x/index.js').map((rest) => `#${rest}`),
  fc.constantFrom('', '/a', '/x/a', '/x/a/index.js', '/lib/a', '/src/a.js', '/src/lib').map((rest) => `own${rest}`),
  fc.constantFrom('', '/a', '/a.js', '/x/a', '/lib/a', '/src/a.mjs', '/lib').map((rest) => `linked${rest}`),
)
const project = fc.record({
  own: manifest('own'),
  files: contents,
  linked: manifest('linked'),
  linkedFiles: contents,
  nested: fc.option(
    fc.record({ type: fc.constantFrom('module', 'commonjs'), imports: map('#') }, { requiredKeys: [] }),
  ),
  specifiers: fc.uniqueArray(specifier, { minLength: 6, maxLength: 14 }),
})

type Shape = typeof project extends fc.Arbitrary<infer T> ? T : never

function made({ own, files, linked, linkedFiles, nested, specifiers }: Shape): Project {
  const all = {
    ...Object.fromEntries(files.map((path) => [path, contentOf(path)])),
    ...Object.fromEntries(linkedFiles.map((path) => [`packages/linked/${path}`, contentOf(path)])),
  }
  const one = new Project({
    ...all,
    'package.json': JSON.stringify(own),
    'packages/linked/package.json': JSON.stringify(linked),
    ...(nested && { 'src/package.json': JSON.stringify(nested) }),
    'main.mjs': specifiers.map((text) => `import ${JSON.stringify(text)}\n`).join(''),
    'main.cjs': specifiers.map((text) => `require(${JSON.stringify(text)})\n`).join(''),
    'resolve.mjs': RESOLVE.replace('SPECIFIERS', JSON.stringify(specifiers)),
  })
  mkdirSync(one.path('node_modules'))
  symlinkSync(one.path('packages/linked'), one.path('node_modules/linked'))
  return one
}

function contentOf(path: string): string {
  return path.endsWith('.json') ? '{}' : `// ${path}\n`
}

test(`code covers each file that the resolvers of Node find, in ${PROJECTS} random projects`, {
  timeout: 600_000,
}, () => {
  const projects = fc
    .sample(project, { numRuns: PROJECTS, seed: PROJECTS === 60 ? 1 : Date.now() })
    .map((shape) => ({ shape, one: made(shape) }))
  const all = new Project({})
  writeFileSync(
    all.path('all.mjs'),
    `const found = []
     for (const path of ${JSON.stringify(projects.map(({ one }) => one.path('resolve.mjs')))}) found.push((await import(path)).default)
     process.stdout.write(JSON.stringify(found))`,
  )
  const resolved: { entry: string; specifier: string; path: string }[][] = JSON.parse(
    execFileSync(process.execPath, [all.path('all.mjs')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
      cwd: dirname(all.path('all.mjs')),
    }),
  )
  let compared = 0
  const unseen: object[] = []
  for (const [index, { shape, one }] of projects.entries()) {
    const covered = new Map(['main.mjs', 'main.cjs'].map((entry) => [entry, new Set(one.names(entry))]))
    for (const { entry, specifier, path } of resolved[index]!) {
      compared++
      const name = nameOf(relative(one.folder, path))
      if (!covered.get(entry)!.has(name)) unseen.push({ entry, specifier, name, shape })
    }
  }
  expect(compared).toBeGreaterThan(4 * PROJECTS)
  expect(unseen.slice(0, 1)).toEqual([])
})

/** The name that a part has: those of a linked package begin with its name. */
function nameOf(path: string): string {
  const own = path.split(sep).join('/')
  return own.startsWith('packages/linked/') ? own.slice('packages/'.length) : `./${own}`
}
