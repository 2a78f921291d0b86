// A default import: bundlers that recognize an imported `createRequire` would look for the stores, and fail.
import nodeModule from 'node:module'
import type { Platform } from '../platform.ts'

export const requireFrom: Platform['requireFrom'] = (from) => nodeModule.createRequire(from)

export const nativeRequireFrom: Platform['nativeRequireFrom'] = (from) =>
  process.getBuiltinModule('node:module').createRequire(from)

export const builtinModule: Platform['builtinModule'] = (name) => process.getBuiltinModule(name)

export function mainScript(): string | undefined {
  return process.argv[1]
}

export function currentFolder(): string {
  return process.cwd()
}
