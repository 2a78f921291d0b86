import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { CodeOptions } from '@persist/code'
import { OptionError } from '@persist/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Project } from './support/project.ts'
import { type RandomProgram, randomPrograms } from './support/random-programs.ts'

const IS_SOAK = process.env.PERSIST_SOAK === '1'
const PROGRAMS = IS_SOAK ? 400 : 30
const EDITS = 12
/** How many programs are in files at once. */
const BATCH = 40

/** Runs programs one after the other, each as if it were the first one of the process. */
const RUN_ALL = `
import { readFileSync } from 'node:fs'
const shared = [globalThis, ...[Object, Array, Function].map((one) => one.prototype)]
const kept = shared.map((one) => [one, Object.getOwnPropertyDescriptors(one)])
const printed = []
// A program that waits for itself may fail later.
for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, () => {})
/** A module in a cycle may wait for itself: then Node has nothing more to do. */
const settled = (promise) =>
  new Promise((resolve, reject) => {
    const stuck = () => reject('waits for itself')
    process.once('beforeExit', stuck)
    promise.then(resolve, reject).finally(() => process.off('beforeExit', stuck))
  })
for (const url of JSON.parse(readFileSync(0, 'utf8'))) {
  let isLoaded = false
  try {
    printed.push(await settled(import(url).then((one) => ((isLoaded = true), one.run()))))
  } catch (error) {
    const folder = new URL('..', url)
    const message = String(error?.message ?? error)
    const thrown = 'throws ' + message.replaceAll(folder.href, '').replaceAll(folder.pathname, '')
    printed.push(isLoaded ? thrown : null)
  }
  for (const [one, descriptors] of kept)
    // Node adds some of its own later, which stay.
    for (const name of Reflect.ownKeys(one)) if (!(name in descriptors)) Reflect.deleteProperty(one, name)
  delete process.env.PERSIST_RANDOM
}
process.stdout.write(JSON.stringify(printed))
`

/** What programs print, by the file that runs; `null` for one that cannot be loaded, which wraps no function. */
function run(mains: readonly string[]): (string | null)[] {
  const runner = new Project({ 'run.mjs': RUN_ALL })
  return JSON.parse(
    execFileSync(process.execPath, ['--no-warnings', runner.path('run.mjs')], {
      input: JSON.stringify(mains.map((path) => pathToFileURL(path).href)),
      encoding: 'utf8',
      maxBuffer: 1e9,
    }),
  )
}

interface Seen {
  /** Edits that change what the program prints. */
  changes: number
  /** Those of them that a digest with `of` shows, or refuses. */
  changesOf: number
  /** Edits of comments, types and unused code. */
  neutral: number
  readonly faults: object[]
}

/** Compares what random programs print with their digests, before and after edits. */
function compare(shapes: readonly RandomProgram[], seen: Seen): void {
  const programs = shapes.map(({ main, toRun, files, edits }) => {
    const versions = edits.map((edit) => ({ edit, project: new Project(edit.files) }))
    return { main, toRun, files, old: new Project(files), versions }
  })
  const all = programs.flatMap(({ toRun, old, versions }) =>
    [old, ...versions.map(({ project }) => project)].map((project) => ({ project, path: project.path(toRun) })),
  )
  const texts = run(all.map(({ path }) => path))
  const printed = new Map(all.map(({ project }, index) => [project, texts[index]!]))
  const pairs = programs.flatMap(({ versions, ...program }) => versions.map((one) => ({ ...program, ...one })))
  for (const { main, files, old, project, edit } of pairs) {
    const [first, second] = [printed.get(old)!, printed.get(project)!]
    if (first === null || second === null) continue
    // No bundle keeps that a variable is read before its `let`.
    if (/before initialization/.test(first + second)) continue
    const differ = (options: CodeOptions) => old.read(main, options).digest !== project.read(main, options).digest
    const fault = (kind: string) => {
      const changed = Object.keys(files).filter((name) => files[name] !== edit.files[name])
      const edited = changed.map((name) => ({ name, before: files[name], after: edit.files[name] }))
      seen.faults.push({ kind, what: edit.what, first, second, files, edited })
    }
    if (edit.isNeutral) {
      seen.neutral++
      if (first !== second) fault('a neutral edit changes what the program prints')
      if (refusedOr(() => differ({ of: 'run' }))) fault('with of, a neutral edit counts')
    } else if (first !== second) {
      seen.changes++
      if (!differ({})) fault('an edit does not count')
      const isSeen = refusedOr(() => differ({ of: 'run' }))
      if (isSeen !== undefined) seen.changesOf++
      if (isSeen === false) fault('with of, an edit does not count')
    }
  }
  for (const { project } of all) rmSync(project.folder, { recursive: true })
}

test(`code sees each edit that changes what a program does, and with of no comment, type or unused code, in ${PROGRAMS} random programs`, {
  timeout: 3_600_000,
}, () => {
  const shapes = fc.sample(randomPrograms(EDITS), { numRuns: PROGRAMS, seed: IS_SOAK ? Date.now() : 1 })
  const seen: Seen = { changes: 0, changesOf: 0, neutral: 0, faults: [] }
  for (let index = 0; index < shapes.length; index += BATCH) compare(shapes.slice(index, index + BATCH), seen)
  expect(seen.faults.slice(0, 1)).toEqual([])
  expect(seen.changes).toBeGreaterThan(PROGRAMS)
  expect(seen.changesOf).toBeGreaterThan(0.8 * seen.changes)
  expect(seen.neutral).toBeGreaterThan(PROGRAMS)
})

/** `undefined` for a program that esbuild does not take, as one that imports late a name that no module exports. */
function refusedOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof OptionError) return undefined
    throw error
  }
}
