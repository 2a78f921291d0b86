/**
 * What results depend on, for the option `dependsOn`: code with everything that it imports, packages, environment variables,
 * the runtime, values.
 *
 * @module @persist/code
 */

export type { Dependency, DependencyPart, DependencyState } from '@persist/core'
export type { PackageMode } from './closure/package-versions.ts'
export { type CodeOptions, code } from './code.ts'
export { env } from './env.ts'
export { packages } from './packages.ts'
export type { ModulePlace } from './place.ts'
export { type RuntimeFact, runtime } from './runtime.ts'
export { value } from './value.ts'
