import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { beforeAll, describe, expect, test } from 'vitest'
import { json, newFolder, persist } from './support/command.ts'
import { FULL, filled, HOSTILE } from './support/filled.ts'

let cwd: string
beforeAll(() => {
  cwd = filled()
})

describe('ls', () => {
  test('lists every function with entries, bytes, ages and versions', async () => {
    const { stdout, code } = await persist(['ls'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^function +entries +bytes +oldest +newest +expired +took +versions$/m)
    expect(stdout).toMatch(/^a\/b: bytes +1 /m)
    expect(stdout).toMatch(/^double +5 +80 B .*–$/m)
    expect(stdout).toMatch(/^rich +2 .*2\.0$/m)
    expect(stdout).toMatch(/^odd +4 .* 1 .*2\.1$/m)
  })

  test('prints the same as JSON', async () => {
    const answer = (await json(['ls', 'double', 'odd'], { cwd })) as Record<string, unknown>[]
    expect(answer).toMatchObject([
      { funcname: 'double', entries: 5, bytes: 80, expired: 0, withKeys: 5, tags: { number: 5 } },
      { funcname: 'odd', entries: 4, expired: 1, oldest: 1, newest: FULL.createdAt, versions: { '': 3, '2.1': 1 } },
    ])
  })

  test('shortens the digest that dependsOn adds to a version, and keeps it whole in JSON', async () => {
    const cwd = newFolder()
    const version = `7#${'msZ1ayHh'.padEnd(43, '-')}`
    diskStore(join(cwd, 'persist'))
      .open('f')
      .set({ ...FULL, version })
    expect((await persist(['ls'], { cwd })).stdout).toMatch(/ 7#msZ1ayHh$/m)
    expect(await json(['ls'], { cwd })).toMatchObject([{ versions: { [version]: 1 } }])
  })

  test('says that a cache is empty', async () => {
    const cwd = newFolder()
    const store = diskStore(join(cwd, 'persist')).open('f')
    store.set(FULL)
    store.clear()
    expect(await persist(['ls'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringMatching(/is empty/) })
  })
})

describe('show', () => {
  test('lists the entries of a function with their keys', async () => {
    const { stdout } = await persist(['show', 'double'], { cwd })
    for (const key of [0, 1, 2, 3, 4]) expect(stdout).toContain(`[ ${key} ]`)
    const limited = await persist(['show', 'double', '--limit', '2'], { cwd })
    expect(limited.stdout.trim().split('\n')).toHaveLength(3)
    expect(limited.stderr).toMatch(/only the first 2/)
    expect(await json(['show', 'double', '--limit', '0'], { cwd })).toHaveLength(5)
  })

  test('says why it lists no keys, and nothing if there are keys', async () => {
    const cwd = newFolder()
    const { key: _, ...withoutKey } = FULL
    diskStore(join(cwd, 'persist')).open('keyless').set(withoutKey)
    expect((await persist(['show', 'keyless'], { cwd })).stderr).toMatch(/no keys are stored here: .*storekey/)
    expect((await persist(['show', 'double'], { cwd: filled() })).stderr).toBe('')
  })

  test('shows all fields of one entry', async () => {
    const { stdout } = await persist(['show', 'odd', 'full'], { cwd })
    for (const part of [
      '2023-11-14T22:13:20.123Z',
      '13 ms',
      '2.1',
      'red, green',
      'made\n  by hand',
      'a promise',
      "'all'",
    ]) {
      expect(stdout).toContain(part)
    }
    const { payload, key: _, ...head } = FULL
    expect(await json(['show', 'odd', 'full'], { cwd })).toEqual({
      funcname: 'odd',
      ...head,
      bytes: 20,
      key: ['k', 1],
      value: 'all',
      payload,
    })
  })

  test('finds an entry by the arguments of its call', async () => {
    expect(await json(['show', 'double', '--args', '[3]'], { cwd })).toMatchObject({ key: [3], value: 6 })
    expect(await persist(['show', 'double', '--args', '3'], { cwd })).toMatchObject({ code: 2 })
    expect(await persist(['show', 'double', '--args', '[30]'], { cwd })).toMatchObject({ code: 1, stdout: '' })
  })

  test('shows values that JSON does not have', async () => {
    const { stdout } = await persist(['show', 'rich', '--args', '["one"]'], { cwd })
    expect(stdout).toContain('1970-01-01T00:00:00.000Z')
    expect(stdout).toContain("Map(1) { 1n => Set(1) { 'a' } }")
    expect(await json(['get', 'rich', '--args', '["one"]'], { cwd })).toEqual({
      when: '1970-01-01T00:00:00.000Z',
      seen: [['1', ['a']]],
      name: 'one',
      none: null,
    })
  })

  test('escapes stored strings that control the terminal', async () => {
    const { bytes, stdout } = await persist(['show', 'rich', '--args', JSON.stringify([HOSTILE])], { cwd })
    expect(bytes.includes(0x1b)).toBe(false)
    expect(bytes.includes(0x07)).toBe(false)
    expect(stdout).not.toContain('\u202e')
    expect(stdout).toContain('<script>')
  })

  test('escapes them as JSON too, and a program reads the same strings', async () => {
    const args = JSON.stringify([HOSTILE])
    const name = async (command: string) => (await persist([command, 'rich', '--args', args, '--json'], { cwd })).stdout
    for (const stdout of [await name('show'), await name('get')]) {
      expect(stdout).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/)
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(HOSTILE))
    }
    const { stderr } = await persist(['get', 'rich', '--args', JSON.stringify(['\u009b2J']), '--json'], { cwd })
    expect(stderr).not.toContain('\u009b')
  })
})

describe('get', () => {
  test('prints only the value', async () => {
    expect(await persist(['get', 'double', '--args', '[4]'], { cwd })).toMatchObject({
      code: 0,
      stdout: '8\n',
      stderr: '',
    })
    expect(await persist(['get', 'odd', 'full'], { cwd })).toMatchObject({ stdout: 'all\n' })
    expect((await persist(['get', 'odd', 'raw'], { cwd })).bytes).toEqual(Buffer.from([0, 1, 254, 255]))
  })

  test('--raw prints exactly the bytes of the pickle', async () => {
    expect((await persist(['get', 'odd', 'full', '--raw'], { cwd })).stdout).toBe(FULL.payload)
    const pickled = await persist(['get', 'a/b: bytes', '--args', '[7]', '--raw'], { cwd })
    expect(pickled.bytes.subarray(0, 3).toString()).toBe('PV8')
    expect(await json(['get', 'a/b: bytes', '--args', '[7]'], { cwd })).toEqual({ base64: 'AP8KDQc=' })
  })

  test('has exit code 1 for a missing entry', async () => {
    expect(await persist(['get', 'double', 'none'], { cwd })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'persist: double has no entry none\n',
    })
  })

  test('names the entry whose hash begins so, and what names the nearest call for arguments', async () => {
    const [{ hash }] = (await json(['show', 'double', '--limit', '1'], { cwd })) as [{ hash: string }]
    const begun = await persist(['get', 'double', '--', hash.slice(0, 8)], { cwd })
    expect(begun).toMatchObject({ code: 1, stderr: expect.stringContaining(`Did you mean ${hash}?`) })
    const absent = await persist(['get', 'double', '--args', '[77]'], { cwd })
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('persist why double --args') })
    const unquoted = await persist(['get', 'double', '--args', '[a]'], { cwd })
    expect(unquoted).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a JSON array, such as') })
  })
})

describe('stats', () => {
  test('adds everything up', async () => {
    const answer = await json(['stats'], { cwd })
    expect(answer).toMatchObject({ functions: 4, entries: 12, expired: 1, damaged: 0, withKeys: 6 })
    expect((answer as { ages: { entries: number }[] }).ages.map(({ entries }) => entries)).toEqual([8, 0, 0, 0, 4])
    expect((await persist(['stats', 'double'], { cwd })).stdout).toMatch(/entries +5/)
  })
})

test('reading changes nothing, not even damaged entries', async () => {
  const folder = filled()
  const spoiled = join(folder, 'persist', 'odd', 'full.entry')
  writeFileSync(spoiled, 'spoiled')
  const before = readdirSync(folder, { recursive: true }).sort()
  for (const args of [
    ['ls'],
    ['show', 'odd'],
    ['show', 'odd', 'full'],
    ['get', 'odd', 'full'],
    ['stats'],
    ['verify'],
    ['export'],
  ]) {
    await persist(args, { cwd: folder })
  }
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
  expect(readFileSync(spoiled, 'utf8')).toBe('spoiled')
  const { code, stderr } = await persist(['show', 'odd', 'full'], { cwd: folder })
  expect(code).toBe(1)
  expect(stderr).toMatch(/damaged/)
})
