import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

/** A program for a page, as a bundler makes it. Fails if anything in it imports a module of Node. */
export async function webBundle(
  program: string,
  conditions: readonly string[] = ['browser'],
  more: BuildOptions = {},
): Promise<string> {
  const { outputFiles = [] } = await build({
    entryPoints: [fileURLToPath(new URL(`programs/${program}`, import.meta.url))],
    bundle: true,
    write: false,
    platform: 'browser',
    conditions: [...conditions],
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    ...more,
  })
  return outputFiles[0]!.text
}
