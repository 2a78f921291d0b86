/** The parts of a package.json that the tests look at. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** A published package of this repository. */
export interface Package {
  /** Its folder in `packages/`, such as `store-disk`. */
  readonly folder: string
  /** What users install, such as `@persist/store-disk`. */
  readonly name: string
  readonly manifest: Manifest
  /** What a program can import from it, and the source of each from the root; the main entry point first. */
  readonly entries: readonly { readonly specifier: string; readonly source: string }[]
}

/** All of them, by folder. */
export const packages: readonly Package[]
