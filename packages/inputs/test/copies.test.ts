import { createRequire } from 'node:module'
import * as oneCopy from '@persist/inputs'
import { expect, test } from 'vitest'
import { project } from './support/project.ts'

// Two copies of the package in one process, as of two bundles. The last one that is loaded verifies the inputs of both.

const require = createRequire(import.meta.url)
const otherCopy = require('../dist/index.cjs') as typeof oneCopy
const otherCore = require('../../core/dist/index.cjs') as typeof import('@persist/core')
const copies = [oneCopy, otherCopy] as const

test('the package is there twice', () => {
  expect(otherCopy.observe).not.toBe(oneCopy.observe)
})

test('what each copy observes is verified', () => {
  const { persist, options, happened } = project()
  const revisions = [1, 1]
  const functions = copies.map(({ observe }, index) => {
    const revision = observe(`revision ${index} of two copies`, () => revisions[index])
    return persist(() => [revision()], { ...options, funcname: `copy ${index}` })
  })
  const results = () => functions.map((fn) => fn())
  expect([results(), results()]).toEqual([
    [[1], [1]],
    [[1], [1]],
  ])
  expect(happened()).toEqual(['miss absent', 'miss absent', 'hit', 'hit'])
  revisions[0] = 2
  expect(results()).toEqual([[2], [1]])
  expect(happened()).toEqual(['miss input revision 0 of two copies', 'hit'])
})

test('of two functions that observe under one name by two copies, neither verifies what the other has read', () => {
  const { persist, options, happened } = project()
  let users = 1
  const revisionOfUsers = oneCopy.observe('one name by two copies', () => users)
  const first = persist(() => revisionOfUsers(), { ...options, funcname: 'first' })
  expect(first()).toBe(1)
  const revisionOfTeams = otherCopy.observe('one name by two copies', () => 1)
  const second = persist(() => revisionOfTeams(), { ...options, funcname: 'second' })
  expect([second(), second()]).toEqual([1, 1])
  users = 2
  expect(first()).toBe(2)
  expect(happened()).toEqual(['miss absent', 'miss absent', 'hit', 'miss input one name by two copies'])
})

test('one function that two bundles observe, each minified in its own way, verifies what either has read', async () => {
  const { persist, options, happened } = project()
  let version = 1
  const now = oneCopy.observe('a version in two bundles', () => version)
  const later = oneCopy.observe('a version in two bundles, later', async () => version)
  const first = persist(async () => now() * 10 + (await later()), { ...options, funcname: 'first' })
  expect(await first()).toBe(11)
  otherCopy.observe('a version in two bundles', () => Number(version))
  otherCopy.observe('a version in two bundles, later', async () => Number(version))
  expect(await first()).toBe(11)
  version = 2
  expect(await first()).toBe(22)
  expect(happened()).toEqual(['miss absent', 'hit', 'miss input a version in two bundles'])
})

test('a variable that a run reads by both copies is one input', () => {
  const { persist, options, happened } = project()
  const name = 'PERSIST_INPUTS_OF_TWO_COPIES'
  process.env[name] = 'dark'
  const theme = persist(() => copies.map(({ env }) => env(name)).join(), { ...options, funcname: 'theme' })
  expect([theme(), theme()]).toEqual(['dark,dark', 'dark,dark'])
  expect(happened()).toEqual(['miss absent', 'hit'])
  delete process.env[name]
})

test('a call of a function that two copies of core have wrapped is made again, to find an equal result', () => {
  const { at, write, persist, options, happened } = project({ 'a.md': 'Title\ntext' })
  const persistOfOther = otherCore.createPersist({ env: {}, stderr: () => {} })
  const firstLine = (path: string) => oneCopy.readFileSync(at(path), 'utf8').split('\n')[0]!
  const quiet = { ...options, report: () => {}, funcname: 'title' }
  const title = persist(firstLine, quiet)
  persistOfOther(firstLine, quiet)
  const page = persist((path: string) => `<h1>${title(path)}</h1>`, { ...options, funcname: 'page' })
  expect([page('a.md'), page('a.md')]).toEqual(['<h1>Title</h1>', '<h1>Title</h1>'])
  write('a.md', 'Title\nother text')
  expect(page('a.md')).toBe('<h1>Title</h1>')
  expect(happened()).toEqual(['miss absent', 'hit', 'hit'])
})
