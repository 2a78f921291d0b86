import { dirname, join } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import { Memo } from '../files/memo.ts'
import type { Observer } from '../files/observer.ts'
import { targetsOf } from './exports-map.ts'
import { splitSpecifier } from './find-package.ts'
import { tsconfigParser } from './tsconfig-lazily.ts'

type Json = Readonly<Record<string, unknown>>

/** What a name stands for, and the folder from which a relative address begins. */
export interface Mapped {
  readonly address: string
  readonly folder: string
}

/** Finds what the import maps in deno.json, and the members of a workspace of Deno, give a specifier. */
export class DenoConfigs {
  readonly #observer: Observer
  readonly #known: Memo<string, Json | undefined>

  constructor(observer: Observer) {
    this.#observer = observer
    this.#known = new Memo(observer)
  }

  /** The addresses of the nearest configuration that has some. */
  mapped(specifier: string, from: string): readonly Mapped[] {
    for (const folder of foldersUp(dirname(from))) {
      const config = this.#at(folder)
      if (config === undefined) continue
      const found = [...this.#byMaps(specifier, config, folder), ...this.#byMembers(specifier, config, folder)]
      if (found.length > 0) return found
    }
    return []
  }

  #byMaps(specifier: string, config: Json, folder: string): Mapped[] {
    const path = typeof config.importMap === 'string' ? join(folder, config.importMap) : undefined
    const other = path === undefined ? undefined : this.#read(path)
    return [
      ...mapsOf(config).flatMap((map) => addressesOf(map, specifier).map((address) => ({ address, folder }))),
      ...mapsOf(other).flatMap((map) =>
        addressesOf(map, specifier).map((address) => ({ address, folder: dirname(path!) })),
      ),
    ]
  }

  #byMembers(specifier: string, { workspace }: Json, folder: string): Mapped[] {
    const split = splitSpecifier(specifier)
    const members: unknown = Array.isArray(workspace) ? workspace : (workspace as Json | undefined)?.members
    if (split === undefined || !Array.isArray(members)) return []
    return members
      .flatMap((member) => this.#foldersOf(folder, String(member)))
      .flatMap((each) => {
        const config = this.#at(each)
        if (config?.name !== split.name) return []
        return targetsOf(config.exports, split.subpath).map((address) => ({ address, folder: each }))
      })
  }

  /** `./packages/*` is all folders in it. */
  #foldersOf(folder: string, member: string): string[] {
    const all = /^(.*)\/\*\/?$/.exec(member)?.[1]
    if (all === undefined) return [join(folder, member)]
    return this.#observer.list(join(folder, all)).map((name) => join(folder, all, name))
  }

  #at(folder: string): Json | undefined {
    const path = ['deno.json', 'deno.jsonc'].map((name) => join(folder, name)).find((one) => this.#observer.isFile(one))
    return path === undefined ? undefined : this.#read(path)
  }

  #read(path: string): Json | undefined {
    return this.#known.get(path, () => (this.#observer.isFile(path) ? parsed(path) : undefined))
  }
}

/** Comments and commas at the end are read as in tsconfig.json. */
function parsed(path: string): Json | undefined {
  try {
    return tsconfigParser().parseTsconfig(path) as Json
  } catch {
    return undefined
  }
}

/** The map of all files, and those of some: which of them the program uses depends on the address of the file. */
function mapsOf(config: Json | undefined): Json[] {
  const { imports, scopes } = config ?? {}
  return [imports, ...Object.values((scopes as Json | undefined) ?? {})].filter(
    (map): map is Json => typeof map === 'object' && map !== null,
  )
}

/** What an import map gives a specifier: by its name, or by the longest name that ends in a slash. Deno adds that to packages. */
function addressesOf(map: Json, specifier: string): string[] {
  const exact = map[specifier]
  if (typeof exact === 'string') return [exact]
  const matches = Object.keys(map).filter((name) => specifier.startsWith(name.endsWith('/') ? name : `${name}/`))
  const longest = matches.sort((a, b) => b.length - a.length)[0]
  const address = longest === undefined ? undefined : map[longest]
  if (typeof address !== 'string') return []
  const isPackage = /^(?:npm|jsr):/.test(address)
  return longest!.endsWith('/') || isPackage ? [address + specifier.slice(longest!.length)] : []
}
