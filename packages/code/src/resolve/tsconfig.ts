import { dirname, join } from 'node:path'
import { digestOf } from '../files/digest.ts'
import { findUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import { tsconfigParser } from './tsconfig-lazily.ts'

/** The settings of one tsconfig.json that decide what an import means. */
interface TsConfig {
  readonly paths: ((specifier: string) => readonly string[]) | undefined
  readonly jsxImportSource: string | undefined
  /** The settings that change how TypeScript and JSX are run, as a string. `''`: none is set. */
  readonly transforms: string
}

/** The settings that tsx, Bun, ts-node, swc and bundlers obey. Those of types alone change nothing that runs. */
const TRANSFORMING = [
  ...['alwaysStrict', 'downlevelIteration', 'emitDecoratorMetadata', 'esModuleInterop', 'experimentalDecorators'],
  ...['importHelpers', 'importsNotUsedAsValues', 'isolatedModules', 'jsx', 'jsxFactory', 'jsxFragmentFactory'],
  ...['jsxImportSource', 'module', 'preserveConstEnums', 'preserveValueImports', 'strict', 'target'],
  ...['useDefineForClassFields', 'verbatimModuleSyntax'],
]

/** What decides, or leads to another file that may. A name can be written with escapes. Without any, nothing is parsed. */
const MAY_DECIDE = new RegExp(['extends', 'references', 'paths', 'baseUrl', ...TRANSFORMING, String.raw`\\u`].join('|'))
const DECIDES_NOTHING: TsConfig = { paths: undefined, jsxImportSource: undefined, transforms: '' }

/** Finds the paths that `paths` and `baseUrl` of the nearest tsconfig.json give a specifier. */
export class TsConfigs {
  readonly #observer: Observer
  readonly #configs = new Map<string, TsConfig | undefined>()

  constructor(observer: Observer) {
    this.#observer = observer
  }

  pathsOf(specifier: string, from: string): readonly string[] {
    return this.#of(from)?.paths?.(specifier) ?? []
  }

  jsxImportSource(from: string): string | undefined {
    return this.#of(from)?.jsxImportSource
  }

  /** The settings of the nearest file that change how a file is run. */
  transformsOf(file: string): string {
    return this.#of(file)?.transforms ?? ''
  }

  #of(file: string): TsConfig | undefined {
    const path =
      findUp(dirname(file), 'tsconfig.json', (one) => this.#observer.isFile(one)) ??
      findUp(dirname(file), 'jsconfig.json', (one) => this.#observer.isFile(one))
    if (path === undefined) return undefined
    if (!this.#configs.has(path)) this.#configs.set(path, this.#read(path))
    return this.#configs.get(path)
  }

  #read(path: string): TsConfig | undefined {
    if (!this.#mayDecide(path)) return DECIDES_NOTHING
    // A ring of references ends here.
    this.#configs.set(path, DECIDES_NOTHING)
    const { parseTsconfig, createPathsMatcher } = tsconfigParser()
    // Its keys name each file of the chain of `extends` that was looked at.
    const cache = new Map<string, unknown>()
    try {
      const config = parseTsconfig(path, cache as Map<string, string>)
      const paths = createPathsMatcher({ path, config })
      const compilerOptions = (config.compilerOptions ?? {}) as Readonly<Record<string, unknown>>
      const own: TsConfig = {
        paths: paths ?? undefined,
        jsxImportSource: config.compilerOptions?.jsxImportSource,
        transforms: TRANSFORMING.filter((name) => compilerOptions[name] !== undefined)
          .map((name) => `${name}=${JSON.stringify(compilerOptions[name])}`)
          .join(' '),
      }
      return this.#joined([own, ...this.#referenced(config, path)])
    } catch {
      // What it extends may be absent. Some runners then obey the rest of it.
      return { ...DECIDES_NOTHING, transforms: `unread ${digestOf(this.#observer.files.read(path))}` }
    } finally {
      for (const key of cache.keys()) {
        const looked = /^(?:existsSync|readFileSync):(.*?)(?::utf-?8)?$/.exec(key)?.[1]
        if (looked !== undefined) this.#observer.stat(looked)
      }
    }
  }

  /** Plugins of bundlers take the settings of the project, among those that the nearest file refers to, that has the file. */
  #referenced(
    { references }: { readonly references?: readonly { readonly path: string }[] | undefined },
    path: string,
  ) {
    return (references ?? []).flatMap((reference) => {
      const place = join(dirname(path), reference.path)
      const file = this.#observer.isDirectory(place) ? join(place, 'tsconfig.json') : place
      if (!this.#observer.isFile(file)) return []
      if (!this.#configs.has(file)) this.#configs.set(file, this.#read(file))
      return this.#configs.get(file) ?? []
    })
  }

  #joined(configs: readonly TsConfig[]): TsConfig {
    if (configs.length === 1) return configs[0]!
    const matchers = configs.flatMap(({ paths }) => paths ?? [])
    return {
      paths: (specifier) => [...new Set(matchers.flatMap((matcher) => matcher(specifier)))],
      jsxImportSource: configs.find(({ jsxImportSource }) => jsxImportSource !== undefined)?.jsxImportSource,
      transforms: configs
        .map(({ transforms }) => transforms)
        .filter((one) => one !== '')
        .join(' and '),
    }
  }

  #mayDecide(path: string): boolean {
    try {
      return MAY_DECIDE.test(Buffer.from(this.#observer.files.read(path)).toString())
    } catch {
      return false
    }
  }
}
