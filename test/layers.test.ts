import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../packages', import.meta.url))

/** The folders of a package, from the top down: a file imports from its own folder and from those below. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  cli: [
    'main.ts',
    'program.ts',
    'version.ts',
    'define',
    'commands',
    'web',
    'transfer',
    'adopt',
    'session',
    'stores',
    'entries',
    'output',
    'errors',
  ],
  code: [
    'index.ts',
    'code.ts',
    'packages.ts',
    'env.ts',
    'runtime.ts',
    'value.ts',
    'code-reader.ts',
    'place.ts',
    'call-site.ts',
    'to-call.ts',
    'slice',
    'manifest',
    'closure',
    'resolve',
    'files',
  ],
  core: [
    'index.ts',
    'codecs.ts',
    'api',
    'many',
    'options',
    'explain',
    'verify',
    'audit',
    'stores',
    'call',
    'source',
    'context.ts',
    'state',
    'events',
    'codecs',
    'concurrency',
    'trace',
    'runtime',
    'types',
  ],
  inputs: ['index.ts', 'arguments', 'read', 'kinds', 'tracing.ts', 'files'],
}

interface Import {
  readonly path: string
  /** Nothing of it is left at run time. */
  readonly isType: boolean
}

type Graph = ReadonlyMap<string, readonly Import[]>

/** The imports among the source files of a package, those inside functions included. */
function graphOf(name: string): Graph {
  const root = join(packages, name, 'src')
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((path) => path.endsWith('.ts'))
  return new Map(
    files.map((file) => {
      const source = readFileSync(join(root, file), 'utf8')
      const pathOf = (path: string) => relative(root, resolve(root, dirname(file), path))
      const imports = [...source.matchAll(/^(?:(?:import|export)\s+([^'";]*?)\s*from\s*|import\s+)'(\.[^']+)'/gm)].map(
        ([, what = '', path]) => ({
          path: pathOf(path!),
          isType: /^type\b/.test(what) || (/^\{/.test(what) && items(what).every((item) => /^type\b/.test(item))),
        }),
      )
      const later = [...source.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path]) => ({
        path: pathOf(path!),
        isType: false,
      }))
      return [file, [...imports, ...later]]
    }),
  )
}

function items(list: string): string[] {
  return list
    .replace(/[{}]/g, '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** The files that import each other, through any number of others. */
function cycles(graph: Graph, { types }: { readonly types: boolean }): string[][] {
  const next = (file: string) =>
    (graph.get(file) ?? []).filter(({ isType }) => types || !isType).map(({ path }) => path)
  const reachable = (from: string) => {
    const seen = new Set<string>()
    const ahead = next(from)
    for (let file = ahead.pop(); file !== undefined; file = ahead.pop()) {
      if (seen.has(file)) continue
      seen.add(file)
      ahead.push(...next(file))
    }
    return seen
  }
  const from = new Map([...graph.keys()].map((file) => [file, reachable(file)]))
  const inCycle = [...graph.keys()].filter((file) => from.get(file)!.has(file))
  const found = new Map<string, string[]>()
  for (const file of inCycle) {
    const cycle = inCycle.filter((other) => from.get(file)!.has(other) && from.get(other)!.has(file)).sort()
    found.set(cycle.join(), cycle)
  }
  return [...found.values()]
}

it.each(readdirSync(packages))('the files of %s never import each other in a ring', (name) => {
  expect(cycles(graphOf(name), { types: false })).toEqual([])
})

it('each file for pages exports what the file that it replaces exports', () => {
  const exported = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(
      ([, name]) => name,
    )
  const forPages = readdirSync(packages).flatMap((name) => {
    const source = join(packages, name, 'src')
    const files = readdirSync(source, { recursive: true }) as string[]
    return files.filter((file) => file.endsWith('.web.ts')).map((file) => join(source, file))
  })
  expect(forPages).not.toEqual([])
  for (const path of forPages) expect(exported(path), path).toEqual(exported(path.replace(/\.web\.ts$/, '.ts')))
})

it('a ring is found', () => {
  const ring = new Map([
    ['a.ts', [{ path: 'b.ts', isType: false }]],
    ['b.ts', [{ path: 'c.ts', isType: true }]],
    ['c.ts', [{ path: 'a.ts', isType: false }]],
    ['d.ts', [{ path: 'a.ts', isType: false }]],
  ])
  expect(cycles(ring, { types: true })).toEqual([['a.ts', 'b.ts', 'c.ts']])
  expect(cycles(ring, { types: false })).toEqual([])
})

describe.each(Object.entries(LAYERS))('the folders of %s', (name, layers) => {
  const graph = graphOf(name)
  const layerOf = (file: string) => layers.indexOf(file.split('/')[0]!)

  it('are all among the layers, and every layer exists', () => {
    const tops = new Set([...graph.keys()].map((file) => file.split('/')[0]!))
    expect([...tops].sort()).toEqual([...layers].sort())
  })

  it('import only downwards', () => {
    const upwards = [...graph].flatMap(([file, imports]) =>
      imports.filter(({ path }) => layerOf(path) < layerOf(file)).map(({ path }) => `${file} -> ${path}`),
    )
    expect(upwards).toEqual([])
  })

  it('hold no files that import each other in a ring, not even with their types', () => {
    expect(cycles(graph, { types: true })).toEqual([])
  })
})
