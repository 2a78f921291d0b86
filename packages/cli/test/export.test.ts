import { constants } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  createWriteStream,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import type { Entry } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sameEntry } from '../src/entries/same-entry.ts'
import { firstLine, lastLine, lineOf, readLine } from '../src/transfer/export-format.ts'
import { splitLines } from '../src/transfer/split-lines.ts'
import { COMMAND, execute, json, newFolder, persist } from './support/command.ts'
import { contents, filled } from './support/filled.ts'

describe('the line of an entry', () => {
  const anyText = fc.string({ unit: 'binary' })
  const anyPayload = fc.oneof(
    anyText,
    fc.uint8Array(),
    // With lone surrogates.
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
      codecs: fc.array(anyText),
      expiresAt: anyNumber,
      staleUntil: anyNumber,
      durationMs: anyNumber,
      promised: fc.boolean(),
    },
    { requiredKeys: ['hash', 'payload', 'createdAt'] },
  ) as fc.Arbitrary<Entry>

  test('restores any entry, and is one line', () => {
    fc.assert(
      fc.property(anyText, anyEntry, (funcname, entry) => {
        const text = lineOf({ funcname, entry })
        expect(text).not.toContain('\n')
        const line = readLine(Buffer.from(text).toString())
        if (line.kind !== 'entry') throw new Error(`read as ${line.kind}`)
        expect(line.item.funcname).toBe(funcname)
        expect(sameEntry(line.item.entry, entry)).toBe(true)
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
    ['{"function":"f","hash":"h","createdAt":1,"payload":"x","staleUntil":"never"}'],
    ['{"persist":"export","format":2}'],
  ])('%s is refused', (text) => {
    expect(() => readLine(text)).toThrow()
  })
})

describe('export and import', () => {
  test.each(['all.ndjson', 'all.ndjson.gz'])('%s carries all entries without loss', async (file) => {
    const cwd = filled()
    expect(await json(['export', file], { cwd })).toEqual({ entries: 12, damaged: 0, refused: 0, file })
    expect(await json(['-c', 'other', 'import', file], { cwd })).toMatchObject({ copied: 12, bad: 0, truncated: false })
    expect(contents(join(cwd, 'other'))).toEqual(contents(join(cwd, 'persist')))
    expect(await json(['-c', 'other', 'import', file], { cwd })).toMatchObject({ copied: 0, same: 12 })
    const bytes = readFileSync(join(cwd, file))
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    for (const line of text.trimEnd().split('\n')) JSON.parse(line)
    expect(readdirSync(cwd).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('work through pipes', async () => {
    const cwd = filled()
    const script = `"$0" "$1" export | "$0" "$1" -c other import --json`
    const { stdout } = await execute('sh', ['-c', script, process.execPath, COMMAND], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ copied: 12, truncated: false })
    expect(contents(join(cwd, 'other'))).toEqual(contents(join(cwd, 'persist')))
  })

  test('a file is not replaced without --yes, and keeps its permissions', async () => {
    const cwd = filled()
    writeFileSync(join(cwd, 'mine'), 'mine')
    expect(await persist(['export', 'mine'], { cwd })).toMatchObject({ code: 2 })
    expect(readFileSync(join(cwd, 'mine'), 'utf8')).toBe('mine')
    chmodSync(join(cwd, 'mine'), 0o600)
    expect(await persist(['export', 'mine', '-y'], { cwd })).toMatchObject({ code: 0 })
    if (process.platform !== 'win32') expect(statSync(join(cwd, 'mine')).mode & 0o777).toBe(0o600)
    expect(readdirSync(cwd).filter((name) => name.includes('part'))).toEqual([])
    expect(await persist(['export', 'no/such/folder'], { cwd })).toMatchObject({ code: 4 })
  })

  test('only the named functions are exported', async () => {
    const cwd = filled()
    const { stdout } = await persist(['export', '-f', 'double'], { cwd })
    expect(stdout.trim().split('\n')).toHaveLength(7)
  })

  test('a pipe is written to and not replaced, and a link still leads to its file', async () => {
    const cwd = filled()
    execFileSync('mkfifo', ['pipe'], { cwd })
    const reading = execute('cat', ['pipe'], { cwd })
    expect(await persist(['export', 'pipe'], { cwd })).toMatchObject({ code: 0 })
    expect((await reading).stdout.trim().split('\n')).toHaveLength(14)
    expect(statSync(join(cwd, 'pipe')).isFIFO()).toBe(true)
    writeFileSync(join(cwd, 'file'), 'old')
    symlinkSync('file', join(cwd, 'link'))
    expect(await persist(['export', 'link', '-y'], { cwd })).toMatchObject({ code: 0 })
    expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(cwd, 'file'), 'utf8')).toMatch(/^\{"persist":"export"/)
  })

  test('an entry that is too large for one line is reported, and the others are exported', async () => {
    const cwd = filled()
    // Each zero character becomes six characters.
    const payload = '\0'.repeat(Math.ceil(constants.MAX_STRING_LENGTH / 6))
    diskStore(join(cwd, 'persist')).open('large').set({ hash: 'h', payload, createdAt: 1 })
    const { code, stdout, stderr } = await persist(['export', 'all'], { cwd })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '12 entries written to all\n' })
    expect(stderr).toMatch(/^large h is too large .*left out\n$/)
    expect(await json(['-c', 'other', 'import', 'all'], { cwd })).toMatchObject({ copied: 12, truncated: false })
    // An answer of that length is not an error of the store either.
    expect(await persist(['show', 'large', 'h', '--json'], { cwd })).toMatchObject({
      stderr: expect.stringMatching(/longer than a string can be.*get --raw/),
    })
  })

  test.each(['cut', 'cut.gz'])(
    'a file that was cut off is reported, and its entries are imported: %s',
    async (name) => {
      const cwd = filled()
      const { stdout } = await persist(['export', '-f', 'double'], { cwd })
      const cut = stdout.slice(0, stdout.lastIndexOf('"payload"'))
      // A compressed file also loses its trailer.
      writeFileSync(join(cwd, name), name.endsWith('.gz') ? gzipSync(cut).subarray(0, -8) : cut)
      const ended = await persist(['-c', 'other', 'import', name, '--json'], { cwd })
      expect(ended.code).toBe(1)
      expect(JSON.parse(ended.stdout)).toMatchObject({ copied: 4, bad: 1, truncated: true })
      const notes = ended.stderr.trim().split('\n')
      expect(notes.map((line) => JSON.parse(line).note)).toEqual([
        expect.stringMatching(`^${name}, line 6: `),
        `${name} is incomplete: it was cut off, or is still being written`,
      ])
      expect((await persist(['-c', 'other', 'import', name], { cwd })).stdout).toBe(
        '0 entries copied (0 B), 4 were there already, 1 unreadable in the file\n',
      )
    },
  )

  test('a damaged compressed file is reported, and its readable entries are imported', async () => {
    const cwd = newFolder()
    const store = diskStore(join(cwd, 'persist')).open('many')
    for (let n = 0; n < 3000; n++) store.set({ hash: `h${n}`, payload: randomBytes(90).toString('hex'), createdAt: n })
    await persist(['export', 'all.gz'], { cwd })
    const bytes = readFileSync(join(cwd, 'all.gz'))
    const middle = Math.floor(bytes.length * 0.8)
    writeFileSync(join(cwd, 'middle.gz'), Buffer.from(bytes).fill(0xff, middle, middle + 64))
    writeFileSync(join(cwd, 'sum.gz'), Buffer.from(bytes).fill(0xff, bytes.length - 8, bytes.length - 4))
    const middling = await persist(['-c', 'one', 'import', 'middle.gz', '--json'], { cwd })
    expect(middling.code).toBe(1)
    expect(JSON.parse(middling.stdout).copied).toBeGreaterThan(2000)
    expect(middling.stderr).toMatch(/middle\.gz/)
    const sum = await persist(['-c', 'two', 'import', 'sum.gz', '--json'], { cwd })
    expect(sum.code).toBe(1)
    expect(JSON.parse(sum.stdout)).toMatchObject({ truncated: true })
    expect(JSON.parse(sum.stdout).copied).toBeGreaterThan(2000)
    expect(sum.stderr).toMatch(/sum\.gz cannot be read: incorrect data check/)
  })

  test('a compressed file is recognized by its content, in a pipe too', async () => {
    const cwd = filled()
    await persist(['export', 'all.gz'], { cwd })
    const input = readFileSync(join(cwd, 'all.gz'))
    expect(await persist(['-c', 'other', 'import', '--json'], { cwd, input })).toMatchObject({ code: 0 })
    writeFileSync(join(cwd, 'plain.gz'), gunzipSync(input))
    expect(await json(['-c', 'other', 'import', 'plain.gz'], { cwd })).toMatchObject({ same: 12, truncated: false })
  })

  test('all exports in one file are imported', async () => {
    const cwd = filled()
    const both = (await persist(['export', '-f', 'double'], { cwd })).stdout
    const all = (await persist(['export'], { cwd })).stdout
    writeFileSync(join(cwd, 'two'), both + all)
    expect(await json(['-c', 'other', 'import', 'two'], { cwd })).toMatchObject({
      same: 5,
      copied: 12,
      truncated: false,
    })
    writeFileSync(join(cwd, 'cut'), both + all.slice(0, 1500))
    expect(await json(['-c', 'other', 'import', 'cut'], { cwd })).toMatchObject({ truncated: true })
  })

  test.each([
    ['the older one first', 1, 2],
    ['the newer one first', 2, 1],
  ])('the newer entry wins if exports in one file have the same hash: %s', async (_, first, second) => {
    const cwd = newFolder()
    const lines = [first, second].map((createdAt) => {
      const entry = { hash: 'same', payload: `made at ${createdAt}`, createdAt }
      return `${firstLine('a store', 3)}\n${lineOf({ funcname: 'f', entry })}\n${lastLine(1)}\n`
    })
    writeFileSync(join(cwd, 'both'), lines.join(''))
    expect(await json(['import', 'both'], { cwd })).toMatchObject({ busy: 0, bad: 0, truncated: false })
    expect([...contents(join(cwd, 'persist')).values()].map(({ payload }) => payload)).toEqual(['made at 2'])
  })

  test('a file that is not an export is refused before anything is written', async () => {
    const cwd = newFolder()
    writeFileSync(join(cwd, 'text'), 'dear diary\n')
    expect(await persist(['import', 'text'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/not written by/),
    })
    const { code, stderr } = await persist(['import', 'absent'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: 'persist: absent cannot be read: there is no such file or folder\n',
    })
    expect(await persist(['import', '.'], { cwd })).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/a folder/),
    })
    writeFileSync(join(cwd, 'text.gz'), 'no gzip')
    expect(await persist(['import', 'text.gz'], { cwd })).toMatchObject({ code: 2 })
    writeFileSync(join(cwd, 'half.gz'), Buffer.from([0x1f, 0x8b, 0xff, 0xff, 0xff]))
    expect(await persist(['import', 'half.gz'], { cwd })).toMatchObject({ code: 4 })
    expect(existsSync(join(cwd, 'persist'))).toBe(false)
  })
})

describe('the lines of a file', () => {
  const split = async (chunks: readonly string[], longest?: number, longestFirst?: number) => {
    const bytes = async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1')
    }
    const lines: (string | undefined)[] = []
    for await (const line of splitLines(bytes(), longest, longestFirst)) lines.push(line)
    return lines
  }

  test('are the same for any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ''))),
        fc.nat(),
        async (lines, cut) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('')).toString('latin1')
          const at = cut % (bytes.length + 1)
          expect(await split([bytes.slice(0, at), bytes.slice(at)])).toEqual(
            lines.map((line) => Buffer.from(line).toString()),
          )
        },
      ),
    )
    expect(await split(['a\r\nb\r', '\n', 'c'])).toEqual(['a', 'b', 'c'])
  })

  test('are skipped if they are too long, and the next one is read', async () => {
    expect(await split(['1\n12', '34', '5\n1234\n'], 4)).toEqual(['1', undefined, '1234'])
    expect(await split(['1\n12', '345'], 4)).toEqual(['1', undefined])
  })

  test('end if the first one is too long, since the file is not an export', async () => {
    expect(await split(['12345', '6\n1\n'], 9, 4)).toEqual([undefined])
  })
})

test('an endless line is skipped, and all other entries are imported', { timeout: 120_000 }, async () => {
  const cwd = filled()
  const lines = (await persist(['export', '-f', 'double'], { cwd })).stdout.trimEnd().split('\n')
  const gzip = createGzip()
  const written = pipeline(gzip, createWriteStream(join(cwd, 'all.gz')))
  const letters = Buffer.alloc(1_000_000, 'x')
  const write = (text: string | Buffer) => gzip.write(text) || once(gzip, 'drain')
  await write(`${lines.slice(0, 3).join('\n')}\n{"function":"f","payload":"`)
  for (let count = 0; count < 600; count++) await write(letters)
  gzip.end(`"}\n${lines.slice(3).join('\n')}\n`)
  await written
  const { code, stdout, stderr } = await persist(['-c', 'other', 'import', 'all.gz', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({ copied: 5, bad: 1, truncated: true })
  expect(code).toBe(1)
  expect(stderr).toMatch(/all\.gz, line 4: the line is too long/)
})

test.skipIf(process.platform === 'win32')('one Ctrl-C ends an export into a pipe that no one reads', async () => {
  const cwd = filled()
  execFileSync('mkfifo', ['pipe'], { cwd })
  const started = performance.now()
  // Long enough for the command to stand before the pipe.
  const interruptWhen = () => performance.now() - started > 1_500
  expect(await persist(['export', 'pipe'], { cwd, interruptWhen })).toMatchObject({ code: 'SIGINT' })
})
