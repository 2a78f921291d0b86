import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { versionIn } from '../hosts/versions.ts'
import { recordRow } from '../support/host-rows.ts'
import { environment, folderBelow } from './folder.ts'
import { installedWith } from './install.ts'

// Jest as it comes: it requires what a test imports, in a context of its own, and can require no ES module.

const VALUE = `{ x: 1, at: new Date(0), seen: new Map([[1, new Set([2n])]]), bytes: new Uint8Array([1, 2]) }`
const body = (types: string) => `
// Otherwise core may look for the server when Jest has torn its modules down.
afterAll(() => closeStores())
test('a result by URL is kept', () => {
  let runs = 0
  const compute = (x${types}) => { runs++; return ${VALUE} }
  const kept = persist(compute, { funcname: 'kept', cache: 'file://./cache', ttl: '1h', memory: { maxEntries: 10 } })
  for (let i = 0; i < 2; i++) {
    const { at, seen, bytes } = kept(1)
    expect(at).toBeInstanceOf(Date)
    expect(at.getTime()).toBe(0)
    expect(seen.get(1)${types && '!'}.has(2n)).toBe(true)
    expect(bytes[1]).toBe(2)
  }
  expect(runs).toBe(Number(process.env.RUNS))
})
test('an adapter that is handed over works, and a memory by URL', async () => {
  for (const cache of [diskStore('./other'), 'memory://m']) {
    const kept = persist(async (x${types}) => ({ at: new Date(x) }), { funcname: 'of-' + typeof cache, cache })
    await kept(1)
    expect((await kept(1)).at.getTime()).toBe(1)
    expect((await kept.stats()).hits).toBeGreaterThan(0)
  }
})
test('a server that is not there costs no result', async () => {
  const options = { funcname: 'far', cache: 'mongodb://127.0.0.1:1/a', storeOptions: { serverWaitMs: 300 }, verbosity: 0 } ${types && 'as const'}
  expect(await persist(async (x${types}) => 2 * x, options)(2)).toBe(4)
})
test('a traced function runs again when what it read has changed', async () => {
  writeFileSync('read.txt', 'a')
  const kept = persist(async (path${types && ': string'}) => (await readFile(path, 'utf8')).length, { funcname: 'traced', cache: 'file://./traced', trace: true })
  expect([await kept('read.txt'), await kept('read.txt'), kept.stats().hits]).toEqual([1, 1, 1 + Number(process.env.RUNS === '0')])
  writeFileSync('read.txt', 'a b')
  expect([await kept('read.txt'), kept.stats().misses]).toEqual([3, Number(process.env.RUNS) + 1])
  writeFileSync('read.txt', 'a')
  await kept('read.txt')
})
test('what is wrong is an error of ours', () => {
  const wrong = () => persist((x${types}) => x, { funcname: 'wrong', cache: 'fil://x' })
  expect(wrong).toThrow(PersistError)
  expect(wrong).toThrow('Did you mean file://?')
})
`
const AGAIN = `
test('modules that are loaded again are the same functions', () => {
  const load = () => {
    jest.resetModules()
    return require('./load.cjs')
  }
  expect([load()(3), load()(3)]).toEqual([9, 9])
})
`
const LOAD = `
const { persist } = require('@persist/core')
module.exports = persist((x) => 3 * x, { funcname: 'load', cache: 'file://./cache' })
`
const COMMONJS = `
const { writeFileSync } = require('node:fs')
const { readFile } = require('@persist/inputs')
const { PersistError, closeStores, persist } = require('@persist/core')
const { diskStore } = require('@persist/store-disk')
${body('')}${AGAIN}`
const MODULE = `
import { writeFileSync } from 'node:fs'
import { readFile } from '@persist/inputs'
import { PersistError, closeStores, persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
${body('')}`
const TYPESCRIPT = `
import { writeFileSync } from 'node:fs'
import { readFile } from '@persist/inputs'
import { PersistError, closeStores, persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
${body(': number')}${AGAIN}`

const TSCONFIG = {
  target: 'es2022',
  module: 'commonjs',
  moduleResolution: 'node10',
  strict: true,
  esModuleInterop: true,
}

describe.each(['^29.7.0', '^30.5.2'])('Jest %s', (jest) => {
  let installed: string
  beforeAll(() => {
    installed = installedWith({
      '@swc/core': '^1.15.0',
      '@swc/jest': '^0.2.39',
      '@types/jest': '^29.5.0',
      '@types/node': '^20.19.0',
      jest,
      'jest-environment-jsdom': jest,
      'ts-jest': '^29.4.15',
      typescript: '^5.9.3',
    })
  }, 300_000)

  test.each([
    ['CommonJS', 'program.test.cjs', COMMONJS, { testMatch: ['**/*.test.cjs'], transform: {} }],
    [
      'CommonJS, jsdom',
      'program.test.cjs',
      COMMONJS,
      { testMatch: ['**/*.test.cjs'], transform: {}, testEnvironment: 'jsdom' },
    ],
    ['ES modules', 'program.test.mjs', MODULE, { testMatch: ['**/*.test.mjs'], transform: {} }],
    ['ts-jest', 'program.test.ts', TYPESCRIPT, { transform: { '\\.ts$': ['ts-jest', { tsconfig: TSCONFIG }] } }],
    ['@swc/jest', 'program.test.ts', TYPESCRIPT, { transform: { '\\.ts$': '@swc/jest' } }],
  ])('with %s keeps results by URL, and the next run reads them', (name, file, program, config) => {
    const folder = folderBelow(installed, {
      [file]: program,
      'load.cjs': LOAD,
      'package.json': JSON.stringify({ private: true }),
      'jest.config.json': JSON.stringify({ testEnvironment: 'node', testTimeout: 60_000, ...config }),
    })
    for (const RUNS of ['1', '0']) {
      const flags = file.endsWith('.mjs') ? ['--experimental-vm-modules'] : []
      const command = [...flags, join(installed, 'node_modules/jest/bin/jest.js')]
      const env = { ...environment(), RUNS, CI: '1' }
      const { status, stderr } = spawnSync(process.execPath, command, { cwd: folder.path, env, encoding: 'utf8' })
      expect(status, stderr).toBe(0)
      expect(stderr).toContain(program.includes(AGAIN) ? '6 passed, 6 total' : '5 passed, 5 total')
    }
    recordRow({
      host: `Jest, ${name}`,
      version: versionIn(installed, 'jest'),
      ran: 'a folder and a memory by URL, an adapter, `trace`, a server that is gone, errors',
      result: 'passed',
    })
  })
})
