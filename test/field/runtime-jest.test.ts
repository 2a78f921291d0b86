import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'persist-jest-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PROGRAM = `
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { persist, PersistError } from '@persist/core'
import { canonical } from '@persist/key'
import { pickle, unpickle } from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import { diskStore } from '@persist/store-disk'

const cache = diskStore({ dir: mkdtempSync(join(process.cwd(), 'cache-')) })
const clone = () => structuredClone({ when: new Date(0), list: [new Map([[1, { a: 1n }]])], bytes: new Uint8Array([1]) })

test('values that Node makes are of another realm here', () => {
  expect(Object.getPrototypeOf(structuredClone({}))).not.toBe(Object.prototype)
})

test('results that Node made are stored, and come back as values of this realm', async () => {
  for (const how of [{}, binary]) {
    let runs = 0
    const { pickle = undefined, unpickle = undefined } = how
    const own = pickle === undefined ? {} : { pickle, unpickle }
    const f = persist(async (x) => { runs++; return { x, clone: clone() } }, { funcname: 'clone' + Object.keys(how).length, cache, ...own })
    await f(structuredClone({ a: [1] }))
    const { clone: back } = await f({ a: [1] })
    expect(runs).toBe(1)
    expect(back.when).toBeInstanceOf(Date)
    expect(back.list).toBeInstanceOf(Array)
    expect(back.list[0]).toBeInstanceOf(Map)
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(back.list[0].get(1)).toEqual({ a: 1n })
  }
})

test('results of response.json() and readdir, and errors of the file system, are stored and come back too', async () => {
  const body = await new Response('{"a":[1,{"b":2}]}').json()
  expect(unpickle(pickle(body))).toEqual({ a: [1, { b: 2 }] })
  expect(unpickle(pickle(readdirSync('.')))).toContain('package.json')
  let thrown
  try { readFileSync('/there/is/no/such/file') } catch (error) { thrown = error }
  const back = unpickle(pickle({ thrown })).thrown
  expect(back).toBeInstanceOf(Error)
  expect(back.code).toBe('ENOENT')
})

test('arguments of another realm have the same keys as those of this realm', () => {
  expect(canonical(clone())).toBe(canonical({ when: new Date(0), list: [new Map([[1, { a: 1n }]])], bytes: new Uint8Array([1]) }))
})

test('an error of persist is an instance of its class', () => {
  let thrown
  try { canonical(Symbol('a')) } catch (error) { thrown = error }
  expect(thrown).toBeInstanceOf(PersistError)
})
`

test('values are stored and read under Jest 30, where results of Node are of another realm', () => {
  const packages = fileURLToPath(new URL('../../packages', import.meta.url))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'in-jest', private: true, type: 'module', jest: { transform: {} } }),
  )
  const flags = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', 'jest@30']
  execFileSync('npm', flags, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  mkdirSync(join(folder, 'node_modules/@persist'))
  for (const name of ['core', 'errors', 'hash', 'key', 'pickle', 'store', 'store-disk'])
    symlinkSync(join(packages, name), join(folder, 'node_modules/@persist', name), 'junction')
  writeFileSync(join(folder, 'values.test.js'), PROGRAM)
  const jest = join(folder, 'node_modules/jest/bin/jest.js')
  const { status, stderr } = spawnSync(process.execPath, ['--experimental-vm-modules', jest], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  expect(stderr).toContain('5 passed, 5 total')
})
