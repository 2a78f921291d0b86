import { resolve } from 'node:path'
import { OptionError } from '@persist/errors'
import { pathOf } from './call-site.ts'
import { isLoad } from './closure/names.ts'

/** Names a module: its `import.meta`, the URL or path of its file. A relative path begins at the working directory. */
export type ModulePlace = string | URL | { readonly url?: string | undefined }

const ADVICE =
  'give the version of the build instead, as in version: BUILD or dependsOn: [value({ build })], or the path of a file'

const ADVICE_FOR_LOADS =
  'the tool that wrote it to load its configuration has removed it: give import.meta.url, or persist the function at the top of its module'

/**
 * The file of a module, without links in its path.
 *
 * @throws OptionError for a module that has no file: evaluated from a string, `data:`, or inside of an executable.
 */
export function fileOf(place: ModulePlace, files: { isFile(path: string): boolean; realpath(path: string): string }) {
  const given: unknown = typeof place === 'string' || place instanceof URL ? place : place?.url
  if (typeof given !== 'string' && !(given instanceof URL)) {
    const empty =
      typeof place === 'object' && place !== null
        ? '; import.meta is empty in a bundle of CommonJS, and Rspack, Nuxt and Next with webpack replace import.meta.url only'
        : ''
    throw refusal(`code takes import.meta, a URL or a path, such as __filename${empty}`)
  }
  const name = String(given)
  const isUrl = /^[a-z][a-z\d+.-]+:/i.test(name)
  const path = pathOf(name) ?? (isUrl ? undefined : resolve(name))
  if (path === undefined || /[/\\](?:\$bunfs|~BUN)[/\\]/.test(path)) {
    // jiti evaluates a module as one of `data:`, and replaces `import.meta.url` by the URL of the file.
    const byUrl =
      name.startsWith('data:') && given !== place ? 'where jiti loads the module, give import.meta.url; otherwise ' : ''
    throw refusal(`code: ${shortened(name)} is no file: ${byUrl}${ADVICE}`)
  }
  if (!files.isFile(path)) {
    const advice = isLoad(path) ? ADVICE_FOR_LOADS : ADVICE
    throw refusal(`code: there is no file ${path} that may be read: ${advice}`)
  }
  const real = files.realpath(path)
  if (real === process.execPath) throw refusal(`code: the module is part of the executable ${path}: ${ADVICE}`)
  return real
}

function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name
}

function refusal(message: string): OptionError {
  return new OptionError(message, { option: 'dependsOn' })
}
