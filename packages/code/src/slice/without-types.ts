import { extname } from 'node:path'
import { digestOf } from '../files/digest.ts'
import type { Esbuild } from './esbuild-lazily.ts'

const LOADERS = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' } as const

/**
 * The digest of a file of TypeScript without its types: an import that only names types may look like one of values.
 * `undefined` for any other file.
 */
export function digestWithoutTypes(path: string, read: () => Uint8Array, esbuild: Esbuild): string | undefined {
  const loader = (LOADERS as Readonly<Record<string, 'ts' | 'tsx' | undefined>>)[extname(path)]
  if (loader === undefined) return undefined
  const source = Buffer.from(read()).toString()
  // Other transformers of JSX obey comments that esbuild leaves out.
  if (loader === 'tsx' && source.includes('@jsx')) return undefined
  try {
    const { code } = esbuild.transformSync(source, {
      loader,
      target: 'esnext',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      minifyWhitespace: true,
    })
    return digestOf(code)
  } catch {
    return undefined
  }
}
