import { dirname, extname, join, relative } from 'node:path'
import type { DependencyPart, DependencyState } from '@persist/core'
import { OptionError } from '@persist/errors'
import type { Closure } from '../closure/closure.ts'
import { slashed } from '../closure/names.ts'
import { stateOf } from '../closure/state.ts'
import { digestOf } from '../files/digest.ts'
import type { PackageJson } from '../resolve/package-json.ts'
import { builtWithout } from './built-without.ts'
import type { Esbuild } from './esbuild-lazily.ts'
import { droppableNames, restoredNames } from './kept-names.ts'
import { packageOrder } from './package-order.ts'
import { STUBS } from './stubs.ts'

/** Names that stay as they are: esbuild would append the rest of a subpath to the stub of its package. */
const SUBPATHS = { '@persist/core/codecs': '@persist/core-codecs' }

/** An installed package, and the file and the specifier by which it is used. */
export interface UsedPackage {
  readonly file: string
  readonly specifier: string
  readonly found: PackageJson
}

/** What exports reach in a bundle without everything that they do not use. */
export interface Slice {
  readonly state: DependencyState
  /** The installed packages that the slice still imports. */
  readonly packages: readonly UsedPackage[]
  /** What each file imports, as far as esbuild follows it. The paths have no links. */
  readonly bundled: Bundled
  /** When the packages are evaluated: esbuild moves their imports before all files. */
  readonly order: readonly string[]
}

/** Where the specifiers that esbuild followed lead, by file: to a file without links in its path, or to a package. */
export type Bundled = ReadonlyMap<string, ReadonlyMap<string, { readonly file: string | undefined }>>

type Imported = import('esbuild').Metafile['inputs'][string]['imports'][number]

/** Files that esbuild can read as code. */
const CODE = /^\.(?:[cm]?[jt]sx?|json|)$/

/** The loaders of all other files: their bytes become part of the slice. */
function loadersOf(files: Iterable<string>): Readonly<Record<string, 'binary'>> {
  const extensions = [...files].map((file) => extname(file)).filter((one) => !CODE.test(one))
  return Object.fromEntries(['.css', '.module.css', '.txt', ...extensions].map((extension) => [extension, 'binary']))
}

/** How esbuild writes, in each of its passes. */
const OUTPUT = { format: 'esm', target: 'esnext', charset: 'utf8', logLevel: 'silent' } as const

/** Bundles what the exports of a file reach. `names` turns a path from the folder of the file into the name of a part. */
export function sliceOf(
  file: string,
  exported: readonly string[],
  conditions: readonly string[],
  closure: Closure,
  esbuild: Esbuild,
  realpath: (path: string) => string,
  names: (path: string) => string,
): Slice {
  const folder = dirname(file)
  const list = exported.map((name) => (name === 'default' ? 'default as default_' : name)).join(', ')
  const build = (absent: readonly string[]) =>
    esbuild.buildSync({
      stdin: {
        contents: `export { ${list} } from ${JSON.stringify(`./${relative(folder, file)}`)}`,
        resolveDir: folder,
        loader: 'js',
      },
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      // The first one is esbuild's own, which it leaves out where others are given.
      conditions: ['module', ...conditions],
      ...OUTPUT,
      legalComments: 'none',
      minifySyntax: true,
      // Names of variables stay: shorter ones depend on how often letters occur, also in types.
      minifyIdentifiers: false,
      // Programs can read those of functions and classes, which `minifySyntax` leaves out.
      keepNames: true,
      loader: loadersOf(closure.files.keys()),
      alias: { ...STUBS, ...SUBPATHS },
      // The packages that keep results are no part of the closure.
      external: [...closure.external, '@persist/*', ...absent],
    })
  let built: ReturnType<typeof build>
  let bundle: string
  let text: string
  try {
    built = builtWithout(closure.absent, folder, build)
    bundle = built.outputFiles![0]!.text
    text = joinedDeclarations(restoredNames(usedStatements(droppableNames(bundle), esbuild)), esbuild)
  } catch (error) {
    const failure = new OptionError(
      `code: esbuild cannot bundle ${exported.join(', ')} of ${file}: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}. Leave out of to cover whole files`,
      { option: 'dependsOn' },
    )
    failure.cause = error
    throw failure
  }
  const output = Object.values(built.metafile!.outputs)[0]!
  const externals = new Set(output.imports.flatMap(({ path, external }) => (external === true ? [path] : [])))
  const bundled = new Map(
    Object.entries(built.metafile!.inputs).map(([path, { imports }]) => [
      realpath(join(folder, path)),
      new Map(
        imports
          .filter((one) => !(path in output.inputs && isLeftOut(one, path, externals)))
          .map((one) => [
            one.original ?? one.path,
            { file: one.external === true ? undefined : realpath(join(folder, one.path)) },
          ]),
      ),
    ]),
  )
  const parts: DependencyPart[] = [
    {
      name: `${names(slashed(relative(folder, file)))}: ${exported.join(', ')}`,
      digest: digestOf(text),
    },
    ...sectionsOf(bundle, Object.keys(built.metafile!.inputs)).map(([path, text]) => ({
      name: names(path),
      digest: digestOf(text),
    })),
  ]
  return {
    state: { ...stateOf(parts), digest: digestOf(text) },
    bundled,
    order: packageOrder(built.metafile!, new Set(Object.keys(output.inputs)), externals),
    // By file: two of them may find different packages under one name, and an alias is not the name of a package.
    packages: [...bundled].flatMap(([file, specifiers]) =>
      [...specifiers.keys()]
        .filter((specifier) => externals.has(specifier))
        .flatMap((specifier) =>
          (closure.files.get(file)?.imports.get(specifier)?.packages ?? []).map((found) => ({
            file,
            specifier,
            found,
          })),
        ),
    ),
  }
}

/** esbuild leaves out an import of TypeScript that it takes for one of types. Node, which only removes types, runs it. */
function isLeftOut(one: Imported, path: string, externals: ReadonlySet<string>): boolean {
  const isExternal = one.external === true && one.kind === 'import-statement'
  return isExternal && /\.[cm]?tsx?$/.test(path) && !externals.has(one.path)
}

/** esbuild knows only within one file that a function has no effects. So it leaves out unused calls of stubs from the bundle. */
function usedStatements(bundle: string, esbuild: Esbuild): string {
  return esbuild.transformSync(bundle, { ...OUTPUT, treeShaking: true }).code
}

/** esbuild joins declarations before it leaves out unused ones, so one of these would separate its neighbors. */
function joinedDeclarations(bundle: string, esbuild: Esbuild): string {
  return esbuild.transformSync(bundle, {
    ...OUTPUT,
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
  }).code
}

/** What of each file is in the output: esbuild writes the name of the file above it. */
function sectionsOf(text: string, inputs: readonly string[]): [path: string, text: string][] {
  const known = new Set(inputs)
  const sections = new Map<string, string>()
  let path: string | undefined
  for (const line of text.split('\n')) {
    const name = line.startsWith('// ') ? line.slice(3) : undefined
    if (name !== undefined && known.has(name)) path = name
    else if (path !== undefined && !path.startsWith('<')) sections.set(path, `${sections.get(path) ?? ''}${line}\n`)
  }
  return [...sections].filter(([path]) => !path.startsWith('data:') && !path.startsWith('<'))
}
