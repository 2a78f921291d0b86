import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeafServer } from '../../../test/support/deaf-server.ts'
import { withRedis } from '../../../test/support/with-redis.ts'
import { json, newFolder, OWN_STORE, persist } from './support/command.ts'
import { filled } from './support/filled.ts'
import { serving } from './support/serving.ts'

describe('a server that accepts connections and never answers', () => {
  const server = new DeafServer()
  beforeAll(() => server.listen())
  afterAll(() => server.close())

  test.each(['ls', 'stats', 'verify', 'prune', 'export', 'serve'])(
    'is waited for as long as --timeout says: %s',
    async (command) => {
      for (const scheme of ['redis', 'mongodb']) {
        const { code, stdout, stderr } = await persist([
          '-c',
          `${scheme}://${server.host}`,
          command,
          '--timeout',
          '300ms',
        ])
        expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
        // The driver of MongoDB has one and a half times as long to find its server.
        expect(stderr).toMatch(/\b(300|450) ms/)
      }
    },
  )

  test.each(['0', '5', '-1s', '30d', 'soon', ''])('is an error at once for --timeout %s', async (time) => {
    expect(await persist(['ls', `--timeout=${time}`])).toMatchObject({ code: 2 })
  })
})

await withRedis('a server that pauses', (redis) => {
  test('is reached with a longer --timeout, and not with a shorter one', async () => {
    const cwd = filled()
    const cache = `${redis.url}?persistPrefix=slow`
    await persist(['copy', 'persist', cache], { cwd })
    redis.suspend()
    const short = await persist(['-c', cache, '--timeout', '500ms', 'ls'], { cwd })
    expect(short).toMatchObject({ code: 3, stderr: expect.stringMatching(/no answer within 500 ms/) })
    const waiting = json(['-c', cache, '--timeout', '60s', 'ls'], { cwd })
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    redis.resume()
    const long = await waiting
    expect(long).toHaveLength(4)
  })

  test('is copied, pruned and exported as any other store, including stale entries', async () => {
    const cwd = newFolder()
    const cache = `${redis.url}?persistPrefix=stale`
    const now = Date.now()
    const entry = { function: 'f', createdAt: 1, payload: '1', expiresAt: now - 1000 }
    const lines = [
      { persist: 'export', format: 1, store: 'x', exportedAt: 1 },
      { ...entry, hash: 'stale', staleUntil: now + 86_400_000 },
      { ...entry, hash: 'over' },
      { persist: 'end', entries: 2 },
    ]
    writeFileSync(join(cwd, 'all'), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
    expect(await json(['-c', cache, 'import', 'all'], { cwd })).toMatchObject({ copied: 2 })
    expect((await persist(['-c', cache, 'show', 'f', 'stale'], { cwd })).stdout).toMatch(
      /^stale +until 20\d\d-.*\(in 1 d\)$/m,
    )
    expect((await persist(['-c', cache, 'show', 'f'], { cwd })).stdout).toMatch(/^stale .* stale .*\n?/m)
    expect(await json(['-c', cache, 'stats'], { cwd })).toMatchObject({ expired: 2, stale: 1 })
    expect(await json(['-c', cache, 'prune', '--keep-stale', '1h'], { cwd })).toMatchObject({ entries: 0 })
    expect(await json(['-c', cache, 'prune'], { cwd })).toMatchObject({ entries: 1 })
    const other = `${redis.url}?persistPrefix=other`
    expect(await json(['copy', cache, other, '--check'], { cwd })).toMatchObject({ copied: 1, differing: 0 })
    const { stdout } = await persist(['-c', other, 'export'], { cwd })
    expect(JSON.parse(stdout.split('\n')[1]!)).toEqual(lines[1])
  })
})

describe('serve', () => {
  const overview = async ({ port, token }: { port: number; token: string }) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await (await fetch(`http://127.0.0.1:${port}/api/overview`, { headers })).json()) as Record<string, unknown>
  }

  test('survives a store that does not answer in time, and shows it when it answers', async () => {
    const cwd = filled()
    const down = join(cwd, 'down')
    writeFileSync(down, '')
    const args = ['--store', OWN_STORE, '-c', 'own://persist', '--timeout', '7s']
    const served = await serving(args, cwd, { OWN_STORE_DOWN: down })
    expect(await overview(served)).toEqual({ error: 'no answer within 7000 ms' })
    await rm(down)
    expect(await overview(served)).toMatchObject({ functions: { length: 4 } })
    expect(await served.end()).toBe(0)
  })

  test('prints its address before a slow store has answered', async () => {
    const cwd = filled()
    const env = { OWN_STORE_DOWN: join(cwd, 'up'), OWN_STORE_MS: '4000' }
    const served = await serving(['--store', OWN_STORE, '-c', 'own://persist', 'double'], cwd, env)
    expect(await served.end()).toBe(0)
  })
})
