import { dirname } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import { Memo } from '../files/memo.ts'
import type { Observer } from '../files/observer.ts'
import { parsedJson } from './json.ts'

/** What is used of a package.json. */
export interface PackageJson {
  /** The folder of the package, without links in its path. */
  readonly root: string
  readonly name: string | undefined
  readonly version: string | undefined
  readonly isPrivate: boolean
  /** `module`, `commonjs`, or `undefined`: how Node runs a file `.js` or `.ts`. */
  readonly type: string | undefined
  /** What bundlers may leave out. */
  readonly sideEffects: unknown
  readonly exports: unknown
  readonly imports: unknown
  readonly mains: readonly string[]
  /** The names of packages that it needs at run time, peers included. */
  readonly dependencies: readonly string[]
  /** The versions of packages that need not be installed, as it declares them: `1.0.0`, or a range. */
  readonly optional: ReadonlyMap<string, unknown>
  /** Whether it is for some systems or processors only, as packages of binaries are. */
  readonly isOfPlatform: boolean
  /** The names of packages that it patches, or takes from a path of this machine: another content needs no other version. */
  readonly altered: readonly string[]
}

const RUN_TIME = ['dependencies', 'optionalDependencies']
/** An optional peer may be named in the second one only, as Knex and Sequelize do with drivers of databases. */
const PEERS = ['peerDependencies', 'peerDependenciesMeta']
/** Yarn writes patches into `dependencies` or `resolutions`, and Bun into `patchedDependencies`. */
const DECLARATIONS = [...RUN_TIME, 'devDependencies', 'resolutions', 'overrides']

function alteredIn(declared: unknown): string[] {
  return Object.entries(declared ?? {}).flatMap(([key, from]) => {
    if (typeof from !== 'string') return overriddenIn(key, from)
    return /^(?:file:|patch:|\.{0,2}\/)/.test(from) ? namesOf(key) : []
  })
}

/** `overrides` of npm nest: `{ "a": { ".": "file:a.tgz", "b": "file:b.tgz" } }`. */
function overriddenIn(key: string, nested: unknown): string[] {
  return alteredIn(nested).map((name) => (name === '.' ? nameOf(key) : name))
}

/** The names that may be meant: in `a@npm:1.0.0/b` it is the last one, and in `a@npm:b@1.0.0` the first one. */
function namesOf(key: string): string[] {
  const last = /((?:(?<=^|\/)@[^/@]+\/)?[^/@]+)(?:@[^/]*)?$/.exec(key)?.[1]
  return [...new Set([nameOf(key), last ?? key])]
}

/** The name in `name`, `name@1.0.0` and `other/name@npm:1.0.0`. */
function nameOf(key: string): string {
  const path = key.replace(/(?<=[^/@])@.*$/, '')
  return /(?:@[^/]+\/)?[^/]+$/.exec(path)?.[0] ?? path
}

/** Reads and keeps package.json files. */
export class PackageJsons {
  readonly #observer: Observer
  readonly #known: Memo<string, PackageJson | undefined>
  readonly #scopes: Memo<string, PackageJson | undefined>
  readonly #needed: Memo<string, PackageJson | undefined>

  constructor(observer: Observer) {
    this.#observer = observer
    this.#known = new Memo(observer)
    this.#scopes = new Memo(observer)
    this.#needed = new Memo(observer)
  }

  /** The package at a folder; `undefined` if there is none, or its package.json is damaged. */
  at(folder: string): PackageJson | undefined {
    return this.#known.get(folder, () => this.#read(folder))
  }

  /** The package that a file belongs to. `named`: the nearest one that has a name. */
  of(file: string, named: boolean): PackageJson | undefined {
    const folder = dirname(file)
    return this.#scopes.get(`${named} ${folder}`, () => this.#find(folder, named))
  }

  /** The package that another one finds under a name, which `find` looks for. */
  neededBy({ root }: PackageJson, name: string, find: () => PackageJson | undefined): PackageJson | undefined {
    return this.#needed.get(`${root} ${name}`, find)
  }

  #find(folder: string, named: boolean): PackageJson | undefined {
    for (const each of foldersUp(folder)) {
      const found = this.at(each)
      if (found !== undefined && (!named || found.name !== undefined)) return found
    }
    return undefined
  }

  #read(folder: string): PackageJson | undefined {
    const path = `${folder.replace(/[/\\]$/, '')}/package.json`
    if (!this.#observer.isFile(path)) return undefined
    let json: Record<string, unknown> | null
    try {
      json = parsedJson(this.#observer.files.read(path)) as typeof json
    } catch {
      return undefined
    }
    if (typeof json !== 'object' || json === null) return undefined
    const namesIn = (field: string) => Object.keys((json[field] as object | null | undefined) ?? {})
    return {
      root: dirname(this.#observer.realpath(path)),
      name: typeof json.name === 'string' && json.name !== '' ? json.name : undefined,
      version: typeof json.version === 'string' ? json.version : undefined,
      isPrivate: json.private === true,
      type: typeof json.type === 'string' ? json.type : undefined,
      sideEffects: json.sideEffects,
      exports: json.exports,
      imports: json.imports,
      mains: ['main', 'module'].map((field) => json[field]).filter((main): main is string => typeof main === 'string'),
      optional: new Map(Object.entries((json.optionalDependencies as object | null | undefined) ?? {})),
      isOfPlatform: ['os', 'cpu', 'libc'].some((field) => json[field] !== undefined),
      altered: [
        ...DECLARATIONS.flatMap((field) => alteredIn(json[field])),
        ...namesIn('patchedDependencies').map(nameOf),
      ],
      dependencies: [...new Set([...RUN_TIME, ...PEERS].flatMap(namesIn))].sort(),
    }
  }
}
