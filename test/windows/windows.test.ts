import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderBelow } from '../field/folder.ts'
import { installedWith } from '../field/install.ts'
import { recordRow } from '../support/host-rows.ts'
import { type WindowsNode, windowsNode } from './support/windows-node.ts'

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url))
const WITHIN_MS = 300_000

let node: WindowsNode
let folder: string

beforeAll(() => {
  node = windowsNode()
  folder = folderBelow(installedWith({}), {}).path
  cpSync(PROGRAMS, folder, { recursive: true })
})

afterAll(() => node?.remove())

describe('the packages as they are published, on Windows', () => {
  test.each([
    ['conformance', 90, 'folder: the conformance suite'],
    ['names', 12, 'folder: names of functions, hashes and folders; paths; URLs'],
    ['writers', 2, 'folder: 12 kills, two writers and two readers of one entry'],
    ['leases', 4, 'folder: six processes at once, killed processes, terminated workers'],
  ])('%s', (program, least, ran) => {
    const tap = node.run(`${program}.mjs`, folder, WITHIN_MS)
    expect(Number(/^# pass (\d+)/m.exec(tap)?.[1])).toBeGreaterThanOrEqual(least)
    expect(tap).toMatch(/^# fail 0/m)
    recordRow({ host: 'Windows', version: node.name, ran, result: 'passed' })
  })
})
