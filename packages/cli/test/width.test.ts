import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Column, layOut } from '../src/columns.ts'
import { newFolder, persist } from './support/command.ts'
import { onTerminal, typed } from './support/terminal.ts'

describe('columns', () => {
  const text: Column = { title: 'key', align: 'left', least: 5 }
  const number: Column = { title: 'bytes', align: 'right' }

  test('have the width that they need if there is room', () => {
    expect(layOut([text, number], [40, 6], 80)).toEqual([40, 6])
  })

  test('shrink, and then are left out one by one', () => {
    expect(layOut([text, number], [40, 6], 20)).toEqual([12, 6])
    const columns = [text, { ...number, leaves: 1 }, { ...number, leaves: 2 }]
    expect(layOut(columns, [40, 6, 6], 21)).toEqual([5, 6, 6])
    expect(layOut(columns, [40, 6, 6], 20)).toEqual([12, 6, undefined])
    expect(layOut(columns, [40, 6, 6], 12)).toEqual([12, undefined, undefined])
    expect(layOut(columns, [40, 6, 6], 3)).toEqual([3, undefined, undefined])
  })

  test('always fit, and use all the room that they need', () => {
    const column = fc.record({
      column: fc.record(
        {
          title: fc.constant('t'),
          align: fc.constant('left' as const),
          least: fc.integer({ min: 1, max: 20 }),
          leaves: fc.nat(9),
        },
        { requiredKeys: ['title', 'align', 'leaves'] },
      ),
      natural: fc.integer({ min: 1, max: 90 }),
    })
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 10, max: 200 }),
        (given, room) => {
          const columns = [text, ...given.map((one) => one.column)]
          const natural = [50, ...given.map((one) => one.natural)]
          const widths = layOut(columns, natural, room)
          const shown = widths.filter((width) => width !== undefined)
          const total = shown.reduce((sum, width) => sum + width, 0) + 2 * (shown.length - 1)
          expect(total).toBeLessThanOrEqual(room)
          for (const [index, width] of widths.entries())
            if (width !== undefined) expect(width).toBeLessThanOrEqual(natural[index]!)
          const isCut = widths.some((width, index) => width !== undefined && width < natural[index]!)
          if (isCut) expect(total).toBe(room)
        },
      ),
    )
  })
})

onTerminal('a table on a terminal', () => {
  let cwd: string
  const key = {
    prompt: 'a prompt of some length, as people write them',
    language: '漢字かな混じり文',
    mood: '😀👩‍👩‍👧',
  }
  const KEY_END = '👩‍👩‍👧'
  beforeAll(() => {
    cwd = newFolder()
    const cache = diskStore(join(cwd, 'persist'))
    const entry = {
      payload: '1',
      createdAt: Date.now() - 86_400_000,
      durationMs: 12.5,
      key: JSON.stringify({ v: 1, json: [key] }),
    }
    for (const name of ['f', `a${' very'.repeat(30)} long name`, '長い名前'.repeat(20)]) {
      const store = cache.open(name)
      for (const version of ['1.0', '1.1-beta.1', '2.0']) {
        const hash = `${version.replaceAll('.', '_')}XS1bv_UbdX4riiyyA3Djjo7JeiEfyGI7o1-h`
        store.set({ ...entry, hash, version, expiresAt: Date.now() + 1e9 })
      }
    }
  })

  async function shown(args: readonly string[], columns: number): Promise<string[]> {
    const env = { NO_COLOR: '1', TERMINAL_COLUMNS: String(columns) }
    const { stdout, code } = await typed(args, [], { cwd, env })
    expect(code).toBe(0)
    return stdout.trimEnd().split(/\r?\n/)
  }

  test.each([30, 50, 80, 120, 200])('of %i columns wraps no line', async (columns) => {
    for (const args of [['ls'], ['show', 'f']]) {
      const lines = await shown(args, columns)
      expect(lines).toHaveLength(4)
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    }
  })

  test('that is narrow leaves out columns, but not the key', async () => {
    const [head, row] = await shown(['show', 'f'], 42)
    expect(head).toMatch(/^hash +bytes +written +key$/)
    expect(row).toMatch(/^[12]_\d.*….* 1 B +1 d ago +\[ \{ prompt.*…$/)
  })

  test('that is wide shows the whole hash and the whole key', async () => {
    const [head, row] = await shown(['show', 'f'], 240)
    expect(head).toMatch(/^hash +bytes +written +expires +took +key$/)
    expect(row).toContain(KEY_END)
    expect(row).not.toContain('…')
  })

  test('cuts a hash so that it still names its entry', async () => {
    const row = (await shown(['show', 'f'], 60)).find((line) => line.startsWith('2_0'))!
    const cut = row.split(' ')[0]!
    expect(cut).toMatch(/…$/)
    expect((await persist(['get', 'f', cut, '--raw'], { cwd })).stdout).toBe('1')
    expect(await persist(['get', 'f', '1_…'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/2 entries begin with 1_/),
    })
    expect(await persist(['get', 'f', '3_…'], { cwd })).toMatchObject({ code: 1 })
  })
})

test('a pipe gets the whole key', async () => {
  const cwd = newFolder()
  const store = diskStore(join(cwd, 'persist')).open('f')
  store.set({ hash: 'h', payload: '1', createdAt: 1, key: JSON.stringify({ v: 1, json: ['x'.repeat(200)] }) })
  expect((await persist(['show', 'f'], { cwd })).stdout).toContain(`'${'x'.repeat(200)}' ]`)
})
