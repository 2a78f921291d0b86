import { dirname, join, resolve } from 'node:path'
import { digestOf } from '../files/digest.ts'
import { findUp, foldersUp } from '../files/find-up.ts'
import { Memo } from '../files/memo.ts'
import type { Observer } from '../files/observer.ts'
import { isIn } from './built-file.ts'
import type { ProcessSettings } from './process-settings.ts'
import { TRANSFORMING, transformsIn } from './transforms.ts'
import { tsconfigParser } from './tsconfig-lazily.ts'

/** The settings of one tsconfig.json that decide what an import means. */
interface TsConfig {
  readonly paths: ((specifier: string) => readonly string[]) | undefined
  /** Where tsc writes its output. */
  readonly outDir: string | undefined
  readonly jsxImportSources: readonly string[]
  /** The settings that change how TypeScript and JSX are run, as a string. `''`: none is set. */
  readonly transforms: string
  /** Whether it is for a file, by `files`, `include` and `exclude`. */
  readonly includes: (file: string) => boolean
}

interface References {
  readonly references?: readonly { readonly path: string }[] | undefined
}

/** What decides, or leads to another file that may. A name can be written with escapes. Without any, nothing is parsed. */
const MAY_DECIDE = new RegExp(['extends', 'references', 'paths', 'baseUrl', ...TRANSFORMING, String.raw`\\u`].join('|'))
const DECIDES_NOTHING: TsConfig = {
  paths: undefined,
  outDir: undefined,
  jsxImportSources: [],
  transforms: '',
  includes: () => false,
}

/**
 * Finds what the nearest tsconfig.json says, and what a nearer jsconfig.json does, which some tools take; under tsx also what the
 * one says that it takes for all files.
 */
export class TsConfigs {
  readonly #observer: Observer
  readonly #configs: Memo<string, readonly TsConfig[]>
  readonly #ofFolders: Memo<string, readonly TsConfig[]>
  readonly #tsx: Memo<'tsx', readonly TsConfig[]>
  /** Those that are being read. */
  readonly #open = new Set<string>()
  readonly #settings: ProcessSettings

  constructor(observer: Observer, settings: ProcessSettings) {
    this.#observer = observer
    this.#configs = new Memo(observer)
    this.#ofFolders = new Memo(observer)
    this.#tsx = new Memo(observer)
    this.#settings = settings
  }

  pathsOf(specifier: string, from: string): readonly string[] {
    return [...new Set(this.#of(from).flatMap(({ paths }) => paths?.(specifier) ?? []))]
  }

  /** The folders of output that a file is in. */
  outputsOf(file: string): readonly string[] {
    return this.#of(file).flatMap(({ outDir }) => (outDir !== undefined && isIn(outDir, file) ? outDir : []))
  }

  jsxImportSources(from: string): readonly string[] {
    return [...new Set(this.#of(from).flatMap((one) => one.jsxImportSources))]
  }

  /** The settings that change how a file is run. Where one of several configurations is obeyed, or none, its `include` decides. */
  transformsOf(file: string): string {
    const configs = this.#of(file)
    const isChosen = this.#isTsx() || configs.length > 1
    const all = configs.map(({ transforms, includes }) =>
      isChosen && includes(file) ? `${transforms} included` : transforms,
    )
    // Started elsewhere, tsx obeys another file, or none.
    const isLeftOut = this.#isTsx() && !this.#ofTsx().some(({ includes }) => includes(file))
    const byTsx = isLeftOut && configs.some(({ includes }) => includes(file)) ? 'left out by tsx' : ''
    return [...new Set([...all, byTsx, this.#settings.tsNode ?? ''])].filter((one) => one !== '').join(' and ')
  }

  #of(file: string): readonly TsConfig[] {
    const folder = dirname(file)
    return this.#ofFolders.get(folder, () => [
      ...[...this.#nearest(folder), ...this.#ofDeno(folder)].flatMap((path) => this.#at(path)),
      ...this.#ofTsx(),
    ])
  }

  #isTsx(): boolean {
    return this.#settings.tsconfig !== undefined
  }

  /** What tsx takes for all files. It does not follow references. */
  #ofTsx(): readonly TsConfig[] {
    const { tsconfig } = this.#settings
    if (tsconfig === undefined) return []
    return this.#tsx.get('tsx', () => {
      const isFolder = this.#observer.isDirectory(tsconfig)
      const path = isFolder ? findUp(tsconfig, 'tsconfig.json', (one) => this.#observer.isFile(one)) : tsconfig
      return path === undefined ? [] : this.#read(path, () => [])
    })
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

  /** The deno.json files of a folder and those above it: Deno takes `compilerOptions` of them. Others do not look for them. */
  #ofDeno(folder: string): string[] {
    if (!('Deno' in globalThis)) return []
    const paths = [...foldersUp(folder)].flatMap((each) => [join(each, 'deno.json'), join(each, 'deno.jsonc')])
    return paths.filter((path) => this.#observer.isFile(path))
  }

  #at(path: string): readonly TsConfig[] {
    if (this.#open.has(path)) {
      // A ring of references ends here. Where it ends depends on what was read first in this search.
      this.#observer.keepForThisSearch()
      return []
    }
    return this.#configs.get(path, () => {
      this.#open.add(path)
      try {
        return this.#read(path)
      } finally {
        this.#open.delete(path)
      }
    })
  }

  /** The configuration, and those that it refers to. */
  #read(path: string, referenced = (config: References) => this.#referenced(config, path)): readonly TsConfig[] {
    this.#observer.stat(path)
    if (!this.#mayDecide(path)) return [DECIDES_NOTHING]
    const { parseTsconfig, createPathsMatcher, createFilesMatcher } = tsconfigParser()
    // Its keys name each file of the chain of `extends` that was looked at.
    const cache = new Map<string, unknown>()
    try {
      const config = parseTsconfig(path, cache as Map<string, string>)
      const paths = createPathsMatcher({ path, config })
      const matcher = createFilesMatcher({ path, config })
      const compilerOptions = (config.compilerOptions ?? {}) as Readonly<Record<string, unknown>>
      const own: TsConfig = {
        paths: paths ?? undefined,
        outDir: config.compilerOptions?.outDir && resolve(dirname(path), config.compilerOptions.outDir),
        jsxImportSources: [config.compilerOptions?.jsxImportSource ?? []].flat(),
        transforms: transformsIn(compilerOptions),
        includes: (file) => matcher(file) !== undefined,
      }
      return [own, ...referenced(config)]
    } catch {
      // What it extends may be absent. Some runners then obey the rest of it.
      const transforms = `unread ${digestOf(this.#observer.files.read(path))}`
      return [{ ...DECIDES_NOTHING, transforms }]
    } finally {
      for (const key of cache.keys()) {
        const looked = /^(?:existsSync|readFileSync):(.*?)(?::utf-?8)?$/.exec(key)?.[1]
        if (looked !== undefined) this.#observer.stat(looked)
      }
    }
  }

  /** Plugins of bundlers take the settings of the project, among those that the nearest file refers to, that has the file. */
  #referenced({ references }: References, path: string): readonly TsConfig[] {
    return (references ?? []).flatMap((reference) => {
      const place = join(dirname(path), reference.path)
      const file = this.#observer.isDirectory(place) ? join(place, 'tsconfig.json') : place
      return this.#observer.isFile(file) ? this.#at(file) : []
    })
  }

  #mayDecide(path: string): boolean {
    try {
      // tsx runs the files of a project in another way than others, also if it sets nothing.
      return this.#isTsx() || MAY_DECIDE.test(Buffer.from(this.#observer.files.read(path)).toString())
    } catch {
      return false
    }
  }
}
