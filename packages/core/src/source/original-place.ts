import { builtinModule } from '@persist/platform'
import type { Frame } from './call-site.ts'

type FindSourceMap = (file: string) =>
  | {
      findEntry(line: number, column: number): { readonly originalSource?: string; readonly originalLine?: number }
    }
  | undefined

/**
 * The file and line of a frame, as its author wrote them, if the runtime keeps source maps: tsx writes a module into one line.
 * For messages.
 */
export function originalPlace({ file, line, column }: Frame): string {
  const module = builtinModule('node:module') as { readonly findSourceMap?: FindSourceMap } | undefined
  try {
    const { originalSource, originalLine } = module?.findSourceMap?.(file)?.findEntry(line - 1, column - 1) ?? {}
    if (originalSource !== undefined && originalLine !== undefined)
      return `${originalSource.replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?/, '')}:${originalLine + 1}`
  } catch {
    // A map that cannot be read, or a runtime with another method.
  }
  return `${file}:${line}`
}
