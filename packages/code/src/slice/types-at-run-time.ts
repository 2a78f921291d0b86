import { extname } from 'node:path'
import type { Closure } from '../closure/closure.ts'
import type { Esbuild } from './esbuild-lazily.ts'
import { reached } from './unbundled.ts'

const LOADERS = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' } as const
const METADATA = /\bemitDecoratorMetadata=true\b/

/**
 * The files of TypeScript whose types the program may read: with `emitDecoratorMetadata`, those with decorators, and all that
 * they import, since an alias of a type counts as that type. esbuild has no such metadata.
 *
 * @param used The files that count.
 */
export function filesWithTypesAtRunTime(
  closure: Closure,
  used: ReadonlySet<string>,
  textOf: (path: string) => string,
  esbuild: Esbuild,
): string[] {
  const decorated = [...closure.transforms].filter(
    ([path, transforms]) => METADATA.test(transforms) && used.has(path) && hasDecorators(path, textOf(path), esbuild),
  )
  const found = reached(
    closure,
    decorated.map(([path]) => path),
  )
  return [...found].filter((path) => extname(path) in LOADERS)
}

function hasDecorators(path: string, source: string, esbuild: Esbuild): boolean {
  const loader = (LOADERS as Readonly<Record<string, 'ts' | 'tsx' | undefined>>)[extname(path)]
  if (loader === undefined || !source.includes('@')) return false
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
  try {
    const { code } = esbuild.transformSync(source, { loader, target: 'esnext', logLevel: 'silent', tsconfigRaw })
    return code.includes('__decorate')
  } catch {
    return true
  }
}
