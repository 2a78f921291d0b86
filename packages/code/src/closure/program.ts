import type { FileSystem } from '../files/file-system.ts'
import { Observer } from '../files/observer.ts'
import { PackageJsons } from '../resolve/package-json.ts'
import type { ProcessSettings } from '../resolve/process-settings.ts'
import { Resolver } from '../resolve/resolver.ts'
import { CoveredFiles } from './covered-file.ts'
import { Leads } from './leads.ts'

/** What all searches of a process share, as long as no file that one of them uses has changed. */
export class Program {
  readonly observer: Observer
  readonly packages: PackageJsons
  readonly #ways = new Map<string, { readonly resolver: Resolver; readonly covered: CoveredFiles }>()

  constructor(files: FileSystem) {
    this.observer = new Observer(files)
    this.packages = new PackageJsons(this.observer)
  }

  /** How imports are followed in a process with these settings. */
  under(settings: ProcessSettings): { readonly resolver: Resolver; readonly covered: CoveredFiles } {
    // Deno obeys more files than others.
    const key = JSON.stringify([settings, 'Deno' in globalThis])
    let way = this.#ways.get(key)
    if (way === undefined) {
      const resolver = new Resolver(this.observer, this.packages, settings)
      const leads = new Leads(this.observer, resolver, settings)
      way = { resolver, covered: new CoveredFiles(this.observer, leads) }
      this.#ways.set(key, way)
    }
    return way
  }
}
