import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { COMMAND, execute, newFolder, persist } from './support/command.ts'
import { filled } from './support/filled.ts'

const ANSWERING = [
  ['ls'],
  ['show', 'double'],
  ['show', 'odd', 'full'],
  ['get', 'odd', 'full'],
  ['get', 'odd', 'raw', '--raw'],
  ['stats'],
  ['verify'],
  ['export'],
  ['copy', 'persist', 'copy'],
  ['ls', '--json'],
  ['--help'],
  ['help', 'ls'],
  ['--version'],
  ['completion', 'bash'],
] as const

let cwd: string
beforeAll(() => {
  cwd = filled()
})

/** Runs the command in a shell, followed by `rest`. */
const inShell = (args: readonly string[], rest: string) =>
  execute('bash', ['-c', `"$0" "$@" ${rest}`, process.execPath, COMMAND, ...args], { cwd })

describe.skipIf(process.platform !== 'linux')('standard output', () => {
  test.each(ANSWERING.map((args) => [args.join(' '), args] as const))(
    'on a full disk is an error on one line: %s',
    async (_, args) => {
      const { code, stderr } = await inShell(args, '>/dev/full')
      const message = 'standard output cannot be written: the disk is full'
      const isJson = (args as readonly string[]).includes('--json')
      expect(stderr).toBe(isJson ? `${JSON.stringify({ error: { message, exitCode: 4 } })}\n` : `persist: ${message}\n`)
      expect(code).toBe(4)
    },
  )

  test('on a full disk does not matter to a command that prints nothing there', async () => {
    const { code, stderr } = await inShell(['get', 'odd', 'none'], '>/dev/full')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'persist: odd has no entry none\n' })
  })

  test.each(ANSWERING.map((args) => [args.join(' '), args] as const))(
    'causes no error if its reader stops early: %s',
    async (_, args) => {
      const { stderr } = await inShell(args, '| head -c 1 >/dev/null; exit $PIPESTATUS')
      expect(stderr).toBe('')
      for (const rest of ['| true', '| head -n 1']) {
        const { code, stderr } = await inShell(args, `${rest} >/dev/null; exit $PIPESTATUS`)
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      }
    },
  )

  test('does not change exit code 1 if its reader stops early', async () => {
    const { code } = await inShell(['rm', 'odd', 'none', '-y'], '2>/dev/null | true; exit $PIPESTATUS')
    expect(code).toBe(1)
  })

  test('causes no error if it is closed', async () => {
    for (const rest of ['>&-', '2>&-', '>&- 2>&-', '<&-']) {
      expect(await inShell(['ls'], rest)).toMatchObject({ code: 0, stderr: '' })
      expect((await inShell(['get', 'odd', 'none'], rest)).code).toBe(1)
    }
  })
})

describe.skipIf(process.platform !== 'linux')('standard error', () => {
  test('does not change an exit code if it is full or closed', async () => {
    for (const rest of ['2>/dev/full', '2>&-']) {
      expect(await inShell(['lss'], rest)).toMatchObject({ code: 2, stdout: '' })
      expect(await inShell(['get', 'odd', 'none'], rest)).toMatchObject({ code: 1, stdout: '' })
      expect((await inShell(['show', 'double', '--limit', '1'], rest)).code).toBe(0)
    }
    const { code } = await execute(
      'bash',
      ['-c', `("$0" "$1" lss; echo $? >&3) 2>&1 >/dev/null 3>&1 | true`, process.execPath, COMMAND],
      { cwd },
    )
    expect(code).toBe(0)
  })
})

describe('with --json', () => {
  test.each([
    [['frob'], 2],
    [[], 2],
    [['show'], 2],
    [['ls', '--jsn'], 2],
    [['prune', '--max-entries', 'two'], 2],
    [['prune', '--keep-stale', 'soon'], 2],
    [['copy', 'persist'], 2],
    [['copy', 'persist', 'x', '--winner', 'me'], 2],
    [['copy', 'persist', 'persist'], 2],
    [['clear'], 2],
    [['clear', '--all'], 2],
    [['get', 'double'], 2],
    [['get', 'double', '--args', '3'], 2],
    [['completion', 'tcsh'], 2],
    [['ls', '-c', 'mongdb://x'], 2],
    [['ls', '-c', 'postgres://x'], 2],
    [['ls', '-c', 'file://a?b=c'], 2],
    [['ls', '--store', './absent.mjs'], 2],
    [['import', 'persist/odd/full.entry'], 2],
    [['rm', 'double', '../x', '-y'], 2],
    [['ls', 'nothing'], 1],
    [['ls', '-c', 'nowhere'], 1],
    [['get', 'double', 'none'], 1],
    [['copy', 'nowhere', 'x'], 1],
    [['ls', '-c', '/dev/null/x'], 3],
    [['ls', '-c', 'redis://127.0.0.1:1'], 3],
    [['import', 'absent'], 4],
    [['export', 'no/such/folder'], 4],
  ] as const)('a failure is one JSON document on stderr: %s', async (args, exitCode) => {
    const { code, stdout, stderr } = await persist([...args, '--json'], { cwd })
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stderr)).toEqual({
      error: {
        message: expect.stringMatching(/^(?!error:|persist:).{10}/),
        ...(stderr.includes('"code"') && { code: expect.stringMatching(/^ERR_PERSIST_/) }),
        exitCode,
      },
    })
  })

  test('a note on stderr is JSON too', async () => {
    const { stderr } = await persist(['show', 'double', '--limit', '1', '--json'], { cwd })
    expect(JSON.parse(stderr)).toEqual({ note: expect.stringMatching(/only the first 1/) })
  })

  test('after --, the word --json is an argument', async () => {
    const { stderr } = await persist(['ls', '--', '--json'], { cwd })
    expect(stderr).toMatch(/^persist: there is no function --json/)
  })
})

test('a port that is in use or invalid is not an error of the store', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  try {
    const { code, stderr } = await persist(['serve', '-p', String(port)], { cwd })
    expect({ code, stderr }).toEqual({ code: 4, stderr: `persist: port ${port} cannot be used: it is in use\n` })
  } finally {
    server.close()
  }
  expect(await persist(['serve', '-p', '65536'], { cwd })).toMatchObject({ code: 2 })
})

test('the output is the same in every locale', async () => {
  const plain = await persist(['stats', 'odd'], { cwd })
  for (const env of [{ LC_ALL: 'C' }, { LC_ALL: 'tr_TR.UTF-8' }, { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE' }]) {
    const { code, stdout } = await persist(['stats', 'odd'], { cwd, env })
    expect(code).toBe(0)
    expect(stdout.replace(/^(oldest|newest).*$/gm, '')).toBe(plain.stdout.replace(/^(oldest|newest).*$/gm, ''))
  }
})

test('a deleted working directory causes no stack trace', async () => {
  const gone = newFolder()
  const { code, stderr } = await execute('bash', ['-c', 'rmdir "$PWD"; "$0" "$1" ls', process.execPath, COMMAND], {
    cwd: gone,
  })
  expect(code).not.toBe(0)
  expect(readdirSync(cwd)).toContain('persist')
  expect(stderr).not.toMatch(/TypeError/)
})
