import { Memo } from '../files/memo.ts'
import type { Observer } from '../files/observer.ts'
import { namesCondition } from '../resolve/exports-map.ts'
import type { ProcessSettings } from '../resolve/process-settings.ts'
import type { Resolver, Targets } from '../resolve/resolver.ts'
import { keepsResults } from './cache-packages.ts'
import type { FileRecord } from './file-records.ts'

/** One import of a file, as every search finds it that comes to the file. */
export interface Followed {
  readonly specifier: string
  readonly isCertain: boolean
  /** Whether the program may read the files as they are. */
  readonly mayBeRead: boolean
  readonly targets: Targets
  /** The files of the targets, without links in their paths. */
  readonly found: readonly string[]
  readonly isOtherFolder: boolean
  readonly isOfRegistry: boolean
  /** What chose among the targets: as package.json has it, and conditions of the process. */
  readonly choices: readonly string[]
}

/** Where the imports of a file lead, and what JSX in it imports by itself. */
export interface FileLeads {
  readonly written: readonly Followed[]
  readonly byJsx: readonly Followed[]
}

/** Follows the imports of each file once for all searches. */
export class Leads {
  readonly #observer: Observer
  readonly #resolver: Resolver
  readonly #settings: ProcessSettings
  readonly #known: Memo<FileRecord, FileLeads>

  constructor(observer: Observer, resolver: Resolver, settings: ProcessSettings) {
    this.#observer = observer
    this.#resolver = resolver
    this.#settings = settings
    this.#known = new Memo(observer)
  }

  /** @param file a path without links. */
  of(file: string, record: FileRecord): FileLeads {
    return this.#known.get(record, () => this.#find(file, record))
  }

  #find(file: string, { specifiers, uncertain, hasJsx }: FileRecord): FileLeads {
    const written = [
      ...specifiers.flatMap((specifier) => this.#follow(file, specifier, true)),
      ...uncertain.flatMap((specifier) => this.#follow(file, specifier, false)),
    ]
    const led = new Set(written.filter(({ targets }) => !targets.isLost).map(({ specifier }) => specifier))
    const runtimes = hasJsx ? this.#resolver.jsxRuntimes(file) : []
    const byJsx: Followed[] = []
    for (const specifier of runtimes) {
      if (led.has(specifier)) continue
      const [followed] = this.#follow(file, specifier, false, false)
      if (followed === undefined) continue
      byJsx.push(followed)
      if (!followed.targets.isLost) led.add(specifier)
    }
    return { written, byJsx }
  }

  #follow(
    file: string,
    specifier: string,
    isCertain: boolean,
    mayBeRead = !isCertain || specifier.includes('?'),
  ): readonly [Followed] | readonly [] {
    if (keepsResults(specifier)) return []
    const targets = this.#resolver.resolve(specifier, file)
    const addresses = targets.addresses ?? []
    const byPackage = targets.choices ?? []
    const byProcess = this.#settings.conditions.filter((one) => byPackage.some((choice) => namesCondition(choice, one)))
    return [
      {
        specifier,
        isCertain,
        mayBeRead,
        targets,
        found: targets.isLost ? [] : targets.files.map((path) => this.#observer.realpath(path)),
        isOtherFolder: !isCertain && this.#resolver.isOtherFolder(specifier, file),
        isOfRegistry: [specifier, ...addresses].some((one) => /^(?:npm|jsr|https?):/.test(one)),
        choices: [...byPackage, ...byProcess.map((one) => `under ${one}`)],
      },
    ]
  }
}
