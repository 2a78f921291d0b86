// A default import: webpack warns of an imported `createRequire`, since it cannot see the file.
import nodeModule from 'node:module'
import { OptionError } from '@persist/errors'

/** The part of esbuild that is used. */
export type Esbuild = Pick<typeof import('esbuild'), 'buildSync' | 'transformSync' | 'version'>

/** Finds esbuild from a file of the program, or else beside this package. */
export function loadEsbuild(from: string): Esbuild {
  for (const place of [from, import.meta.url]) {
    try {
      return nodeModule.createRequire(place)('esbuild') as Esbuild
    } catch {
      // It may be found from the other place.
    }
  }
  throw new OptionError('code: of needs esbuild, an optional peer: install it, or leave out of to cover whole files', {
    option: 'dependsOn',
  })
}
