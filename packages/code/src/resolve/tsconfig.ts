import { dirname, join } from 'node:path'
import { digestOf } from '../files/digest.ts'
import { findUp, foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import type { ProcessSettings } from './process-settings.ts'
import { tsconfigParser } from './tsconfig-lazily.ts'

/** The settings of one tsconfig.json that decide what an import means. */
interface TsConfig {
  readonly paths: ((specifier: string) => readonly string[]) | undefined
  readonly jsxImportSources: readonly string[]
  /** The settings that change how TypeScript and JSX are run, as a string. `''`: none is set. */
  readonly transforms: string
}

interface References {
  readonly references?: readonly { readonly path: string }[] | undefined
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
const DECIDES_NOTHING: TsConfig = { paths: undefined, jsxImportSources: [], transforms: '' }

/**
 * Finds what the nearest tsconfig.json says, and what a nearer jsconfig.json does, which some tools take; under tsx also what the
 * one says that it takes for all files.
 */
export class TsConfigs {
  readonly #observer: Observer
  readonly #configs = new Map<string, TsConfig>()
  readonly #ofFolders = new Map<string, TsConfig>()
  readonly #ofTsx: readonly TsConfig[]

  constructor(observer: Observer, { tsconfig }: ProcessSettings) {
    this.#observer = observer
    const isFolder = tsconfig !== undefined && observer.isDirectory(tsconfig)
    const path = isFolder ? findUp(tsconfig, 'tsconfig.json', (one) => observer.isFile(one)) : tsconfig
    // tsx does not follow references.
    this.#ofTsx = path === undefined ? [] : [this.#read(path, () => [])]
  }

  pathsOf(specifier: string, from: string): readonly string[] {
    return this.#of(from).paths?.(specifier) ?? []
  }

  jsxImportSources(from: string): readonly string[] {
    return this.#of(from).jsxImportSources
  }

  /** The settings that change how a file is run. */
  transformsOf(file: string): string {
    return this.#of(file).transforms
  }

  #of(file: string): TsConfig {
    const folder = dirname(file)
    let known = this.#ofFolders.get(folder)
    if (known === undefined) {
      known = this.#joined([...this.#nearest(folder).map((path) => this.#at(path)), ...this.#ofTsx])
      this.#ofFolders.set(folder, known)
    }
    return known
  }

  /** The nearest tsconfig.json, and a jsconfig.json in a folder below it. */
  #nearest(folder: string): string[] {
    let jsconfig: string[] = []
    for (const each of foldersUp(folder)) {
      const [tsconfig, other] = [join(each, 'tsconfig.json'), join(each, 'jsconfig.json')]
      if (this.#observer.isFile(tsconfig)) return [tsconfig, ...jsconfig]
      if (jsconfig.length === 0 && this.#observer.isFile(other)) jsconfig = [other]
    }
    return jsconfig
  }

  #at(path: string): TsConfig {
    const known = this.#configs.get(path)
    if (known !== undefined) return known
    // A ring of references ends here.
    this.#configs.set(path, DECIDES_NOTHING)
    const config = this.#read(path)
    this.#configs.set(path, config)
    return config
  }

  #read(path: string, referenced = (config: References) => this.#referenced(config, path)): TsConfig {
    if (!this.#mayDecide(path)) return DECIDES_NOTHING
    const { parseTsconfig, createPathsMatcher } = tsconfigParser()
    // Its keys name each file of the chain of `extends` that was looked at.
    const cache = new Map<string, unknown>()
    try {
      const config = parseTsconfig(path, cache as Map<string, string>)
      const paths = createPathsMatcher({ path, config })
      const compilerOptions = (config.compilerOptions ?? {}) as Readonly<Record<string, unknown>>
      const own: TsConfig = {
        paths: paths ?? undefined,
        jsxImportSources: [config.compilerOptions?.jsxImportSource ?? []].flat(),
        transforms: TRANSFORMING.filter((name) => compilerOptions[name] !== undefined)
          .map((name) => `${name}=${JSON.stringify(compilerOptions[name])}`)
          .join(' '),
      }
      return this.#joined([own, ...referenced(config)])
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
  #referenced({ references }: References, path: string): TsConfig[] {
    return (references ?? []).flatMap((reference) => {
      const place = join(dirname(path), reference.path)
      const file = this.#observer.isDirectory(place) ? join(place, 'tsconfig.json') : place
      return this.#observer.isFile(file) ? this.#at(file) : []
    })
  }

  #joined(configs: readonly TsConfig[]): TsConfig {
    if (configs.length < 2) return configs[0] ?? DECIDES_NOTHING
    const matchers = configs.flatMap(({ paths }) => paths ?? [])
    return {
      paths: (specifier) => [...new Set(matchers.flatMap((matcher) => matcher(specifier)))],
      jsxImportSources: [...new Set(configs.flatMap((one) => one.jsxImportSources))],
      transforms: [...new Set(configs.map(({ transforms }) => transforms))].filter((one) => one !== '').join(' and '),
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
