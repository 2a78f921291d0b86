import { join } from 'node:path'
import { expect, test } from 'vitest'
import webpack from 'webpack'
import { folderWith } from './folder.ts'

// A chunk imports no other one, so no import leads from the code that calls `code` to the code that it uses.

const WORK = (place: string) => `
import { code } from '@persist/code'
import { persist } from '@persist/core'
import { factor } from './factor.mjs'
const times = persist((x) => x * factor, { funcname: 'times', dependsOn: [code(${place})] })
export const late = persist(async (x) => x * (await import('./late.mjs')).factor, { funcname: 'late', dependsOn: [code(${place})] })
export const run = async () => [times(2), await late(2)]
`
const FACTOR = (factor: number) => `export const factor = ${factor}\n`

const AS_MODULE = {
  experiments: { outputModule: true },
  externalsType: 'module' as const,
  output: { filename: 'main.mjs', chunkFilename: 'parts/[name].mjs', module: true, chunkFormat: 'module' as const },
}

test.each<[string, string, webpack.Configuration]>([
  [
    'CommonJS with a runtime of its own',
    '__filename',
    {
      output: { filename: 'entries/[name].cjs', chunkFilename: 'parts/[name].cjs' },
      optimization: { runtimeChunk: 'single' },
    },
  ],
  [
    'CommonJS with the place of the source',
    'import.meta',
    { output: { filename: 'main.cjs', chunkFilename: '[name].cjs' } },
  ],
  ['ES modules', 'import.meta', AS_MODULE],
])('webpack splits a program into chunks of %s: an edit in any chunk makes results misses', async (_, place, more) => {
  const folder = folderWith({
    'package.json': '{"name":"program"}',
    'src/main.mjs': "import('./work.mjs').then(({ run }) => run()).then((found) => console.log(found.join()))",
    'src/work.mjs': WORK(place),
    'src/factor.mjs': FACTOR(1),
    'src/late.mjs': FACTOR(1),
  })
  const build = () =>
    new Promise<void>((resolve, reject) =>
      webpack({
        context: folder.path,
        entry: './src/main.mjs',
        target: 'node20',
        mode: 'production',
        node: { __filename: 'eval-only' },
        externalsType: 'node-commonjs',
        externals: /^@persist\//,
        ...more,
        output: { path: join(folder.path, 'dist'), ...more.output },
        optimization: {
          minimize: false,
          chunkIds: 'named',
          splitChunks: { cacheGroups: { factor: { test: /factor/, name: 'factor', chunks: 'all', enforce: true } } },
          ...more.optimization,
        },
      }).run((error, stats) =>
        error || stats?.hasErrors() ? reject(error ?? new Error(stats?.toString())) : resolve(),
      ),
    )
  const main = typeof more.output?.filename === 'string' ? more.output.filename.replace('[name]', 'main') : ''
  const run = () => folder.node(join('dist', main))

  await build()
  expect(run()).toBe('2,2\n')
  folder.write({ 'src/factor.mjs': FACTOR(10) })
  // Another program may run the old chunks before they are built again.
  run()
  await build()
  expect(run()).toBe('20,2\n')
  folder.write({ 'src/late.mjs': FACTOR(100) })
  run()
  await build()
  expect(run()).toBe('20,200\n')
})
