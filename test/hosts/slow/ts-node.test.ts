import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll } from 'vitest'
import { installedWith } from '../../field/install.ts'
import { describeHosts } from '../describe-host.ts'
import { versionIn } from '../versions.ts'

// ts-node checks the types of a program, then runs it.

let installed: string
beforeAll(() => {
  installed = installedWith({ '@types/node': '^20.19.0', 'ts-node': '^10.9.2', typescript: '^5.9.3' })
})

const inInstalled = (path: string) => join(installed, 'node_modules', path)
const withOptions = (folder: string, compilerOptions: Record<string, unknown>) =>
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { target: 'es2022', strict: true, ...compilerOptions } }),
  )

describeHosts(
  [
    {
      host: 'ts-node, CommonJS',
      version: () => versionIn(installed, 'ts-node'),
      bundles: false,
      subject: () => ({
        language: 'ts',
        build: (folder) => {
          withOptions(folder, { module: 'commonjs', moduleResolution: 'node10' })
          return [process.execPath, inInstalled('ts-node/dist/bin.js'), 'main.ts']
        },
      }),
    },
    {
      host: 'ts-node, ES modules',
      version: () => versionIn(installed, 'ts-node'),
      bundles: false,
      subject: () => ({
        language: 'mts',
        build: (folder) => {
          withOptions(folder, { module: 'nodenext', rewriteRelativeImportExtensions: true })
          return [
            process.execPath,
            '--no-warnings',
            '--loader',
            pathToFileURL(inInstalled('ts-node/esm.mjs')).href,
            'main.mts',
          ]
        },
      }),
    },
  ],
  () => installed,
)
