import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineOf, readLine } from '../src/transfer/lines.ts'
import { sameEntry } from '../src/transfer/same-entry.ts'
import { COMMAND, execute, json, newFolder, persist } from './support/command.ts'
import { contents, filled } from './support/filled.ts'

describe('a line', () => {
  const anyText = fc.string({ unit: 'binary' })
  const anyPayload = fc.oneof(
    anyText,
    fc.uint8Array(),
    // Halves of surrogate pairs.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  )
  const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)
  const anyEntry = fc.record(
    {
      hash: anyText,
      payload: anyPayload,
      createdAt: anyNumber,
      key: anyText,
      keyDigest: anyText,
      metadata: anyText,
      version: anyText,
      source: anyText,
      tags: fc.array(anyText),
      expiresAt: anyNumber,
      durationMs: anyNumber,
      promised: fc.boolean(),
    },
    { requiredKeys: ['hash', 'payload', 'createdAt'] },
  ) as fc.Arbitrary<Entry>

  test('brings any entry back, and is one line', () => {
    fc.assert(
      fc.property(anyText, anyEntry, (funcname, entry) => {
        const text = lineOf({ funcname, entry })
        expect(text).not.toContain('\n')
        const line = readLine(Buffer.from(text).toString())
        if (line.kind !== 'entry') throw new Error(`read as ${line.kind}`)
        expect(line.parcel.funcname).toBe(funcname)
        expect(sameEntry(line.parcel.entry, entry)).toBe(true)
      }),
    )
  })

  test.each([
    ['null'],
    ['[]'],
    ['{"function":"f","hash":"h","createdAt":1}'],
    ['{"function":"f","hash":"h","payload":"x"}'],
    ['{"function":"f","createdAt":1,"payload":"x"}'],
    ['{"hash":"h","createdAt":1,"payload":"x"}'],
    ['{"function":"f","hash":"h","createdAt":"1","payload":"x"}'],
    ['{"function":"f","hash":"h","createdAt":1,"payload":{"base64":"?"}}'],
    ['{"function":"f","hash":"h","createdAt":1,"payload":"x","tags":[1]}'],
    ['{"function":"f","hash":"h","createdAt":1,"payload":"x","expiresAt":"never"}'],
    ['{"persist":"export","format":2}'],
  ])('%s is refused', (text) => {
    expect(() => readLine(text)).toThrow()
  })
})

describe('export and import', () => {
  test.each(['all.ndjson', 'all.ndjson.gz'])('%s carries all entries without loss', async (file) => {
    const cwd = filled()
    expect(await json(['export', file], { cwd })).toEqual({ entries: 12, damaged: 0, file })
    expect(await json(['-c', 'other', 'import', file], { cwd })).toMatchObject({ copied: 12, bad: 0, truncated: false })
    expect(contents(join(cwd, 'other'))).toEqual(contents(join(cwd, 'persist')))
    expect(await json(['-c', 'other', 'import', file], { cwd })).toMatchObject({ copied: 0, same: 12 })
    const bytes = readFileSync(join(cwd, file))
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    for (const line of text.trimEnd().split('\n')) JSON.parse(line)
    expect(readdirSync(cwd).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('go through pipes', async () => {
    const cwd = filled()
    const script = `"$0" "$1" export | "$0" "$1" -c other import --json`
    const { stdout } = await execute('sh', ['-c', script, process.execPath, COMMAND], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ copied: 12, truncated: false })
    expect(contents(join(cwd, 'other'))).toEqual(contents(join(cwd, 'persist')))
  })

  test('a file is not replaced without a yes', async () => {
    const cwd = filled()
    writeFileSync(join(cwd, 'mine'), 'mine')
    expect(await persist(['export', 'mine'], { cwd })).toMatchObject({ code: 2 })
    expect(readFileSync(join(cwd, 'mine'), 'utf8')).toBe('mine')
    expect(await persist(['export', 'mine', '-y'], { cwd })).toMatchObject({ code: 0 })
    expect(await persist(['export', 'no/such/folder'], { cwd })).toMatchObject({ code: 3 })
  })

  test('only the functions that are named are exported', async () => {
    const cwd = filled()
    const { stdout } = await persist(['export', '-f', 'double'], { cwd })
    expect(stdout.trim().split('\n')).toHaveLength(7)
  })

  test('a file that was cut off is told, and what is in it is imported', async () => {
    const cwd = filled()
    const { stdout } = await persist(['export', '-f', 'double'], { cwd })
    const cut = stdout.slice(0, stdout.lastIndexOf('"payload"'))
    writeFileSync(join(cwd, 'cut'), cut)
    const ended = await persist(['-c', 'other', 'import', 'cut', '--json'], { cwd })
    expect(ended.code).toBe(1)
    expect(JSON.parse(ended.stdout)).toMatchObject({ copied: 4, bad: 1, truncated: true })
    expect(ended.stderr).toMatch(/cut, line 6: .*\n.*cut off/)
  })

  test('what is no export is refused before anything is written', async () => {
    const cwd = newFolder()
    writeFileSync(join(cwd, 'text'), 'dear diary\n')
    expect(await persist(['import', 'text'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not written by/),
    })
    expect(await persist(['import', 'absent'], { cwd })).toMatchObject({ code: 3 })
    writeFileSync(join(cwd, 'text.gz'), 'no gzip')
    expect(await persist(['import', 'text.gz'], { cwd })).toMatchObject({ code: 3 })
    expect(existsSync(join(cwd, 'persist'))).toBe(false)
  })
})
