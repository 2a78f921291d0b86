import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { thisHolder } from '@persist/store/holder'
import { describe, expect, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { startWith } from '../support/started.ts'
import { withMongo } from '../support/with-mongo.ts'
import { newFolder } from './new-folder.ts'
import { child, outputOf } from './run.ts'
import { DENO_RUN, deno, denoProgram, type Runtime, thisNode } from './runtimes.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const RESULT = '{"x":2,"at":"1970-01-01T00:00:00.005Z"}'
const VARIABLES = '--allow-env=PERSIST_CACHE,PERSIST_MODE,PERSIST_VERBOSITY'

const withFlags = (...flags: string[]): Runtime => ({
  name: 'Deno',
  version: deno.version,
  command: [denoProgram, ...DENO_RUN, ...flags],
})

interface Outcome {
  readonly value: string
  readonly runs: number
  readonly problems: string[]
}

async function permitted(flags: readonly string[], ...args: string[]): Promise<Outcome> {
  return JSON.parse(await outputOf(withFlags(...flags).command, child('permitted'), args))
}

/** Three calls of two arguments compute twice. */
const WORKS: Outcome = { value: RESULT, runs: 2, problems: [] }

describe('Deno with permissions', () => {
  test('for the folder alone stores results, also if it has to make the folder', async () => {
    const folder = `${newFolder()}/cache`
    const flags = [VARIABLES, `--allow-read=${folder}`, `--allow-write=${folder}`]
    expect(await permitted(flags, 'adapter', folder)).toEqual(WORKS)
    expect(await permitted(flags, 'adapter', folder)).toEqual({ ...WORKS, runs: 0 })
    recordRow({ host: 'Deno', version: deno.version, ran: 'permissions for the folder alone', result: 'passed' })
  })

  test('for the program and the folder sees what results depend on and what they were made from', async () => {
    const folder = newFolder()
    const runs = (read: string, ...args: string[]) => {
      const { command } = withFlags(VARIABLES, `--allow-write=${folder}`, `--allow-read=${read}`)
      return outputOf(command, child('permitted-trace'), [folder, ...args])
    }
    expect(await runs(`${REPOSITORY},${folder}`)).toBe('1 1 3 miss hit miss\n')
    await expect(runs(folder)).rejects.toThrow(/OptionError: code: there is no file .* that may be read/)
    await expect(runs(folder, 'default-root')).rejects.toThrow(
      /OptionError: trace has no root: .*--allow-read flag\. Give an absolute path: trace: \{ root \}/,
    )
    recordRow({ host: 'Deno', version: deno.version, ran: 'permissions and functions with `trace`', result: 'passed' })
  })

  test('for no variables needs an empty environment, and the error says so', async () => {
    const folder = newFolder()
    const flags = [`--allow-read=${folder}`, `--allow-write=${folder}`]
    expect((await permitted(flags, 'adapter', folder)).value).toMatch(
      /^ERR_PERSIST_OPTION: PERSIST_MODE cannot be read: .*--allow-env flag\. Without variables, use createPersist/,
    )
    expect(await permitted(flags, 'adapter', folder, 'no-env')).toEqual(WORKS)
  })

  test('to read the folder alone serves what it has, and reports once that it cannot write', async () => {
    const folder = `${newFolder()}/cache`
    mkdirSync(folder)
    const reading = [VARIABLES, `--allow-read=${folder}`]
    const refused = {
      value: RESULT,
      runs: 3,
      problems: [expect.stringMatching(/^1 ERR_PERSIST_STORE.*--allow-write flag$/)],
    }
    expect(await permitted(reading, 'adapter', folder)).toEqual(refused)
    await permitted([...reading, `--allow-write=${folder}`], 'adapter', folder)
    expect(await permitted(reading, 'adapter', folder)).toEqual({ ...WORKS, runs: 0 })
  })

  test('for no folder at all computes every time, and reports once which permission is missing', async () => {
    expect(await permitted([VARIABLES], 'adapter', newFolder())).toEqual({
      value: RESULT,
      runs: 3,
      problems: [expect.stringMatching(/^1 ERR_PERSIST_STORE_UNAVAILABLE .*--allow-read flag$/)],
    })
  })

  test('for a store by its URL has to read the package of the store, and the error names the flag', async () => {
    const folder = newFolder()
    const flags = ['--allow-env', `--allow-read=${folder}`, `--allow-write=${folder}`]
    const { value } = await permitted(flags, 'lmdb', folder)
    expect(value).toMatch(/^ERR_PERSIST_STORE_LOAD: @persist\/store-lmdb .*--allow-read flag$/)
  })

  test('for LMDB needs its native addon, and the error names the flag', async () => {
    const folder = newFolder()
    const flags = ['--allow-env', '--allow-read', `--allow-write=${folder}`]
    const { value } = await permitted(flags, 'lmdb', folder)
    expect(value).toMatch(/^ERR_PERSIST_STORE_LOAD: @persist\/store-lmdb .*--allow-ffi flag$/)
    expect(await permitted([...flags, '--allow-ffi'], 'lmdb', folder)).toEqual(WORKS)
    expect(await permitted([...flags, '--allow-ffi'], 'lmdb', folder)).toEqual({ ...WORKS, runs: 0 })
  })

  test('for nothing keeps results in memory', async () => {
    expect(await permitted([], 'memory', '', 'no-env')).toEqual(WORKS)
  })
})

describe('Deno that may not see other processes', () => {
  const restricted = (folder: string) => withFlags('--allow-env', '--allow-read', `--allow-write=${folder}`)
  const start = ({ command }: Runtime, folder: string, leaseMs: number, computeMs: number) =>
    startWith(command, child('calls'), 'file', folder, leaseMs, computeMs, 'one')

  test('shares one run with Node, also one that takes longer than its lease', async () => {
    const pairs = [
      [restricted, () => thisNode],
      [() => thisNode, restricted],
      [restricted, restricted],
    ] as const
    await Promise.all(
      pairs.map(async ([first, second]) => {
        const folder = newFolder()
        const holder = start(first(folder), folder, 1_000, 2_500)
        const waiter = start(second(folder), folder, 1_000, 2_500)
        await Promise.all([holder.line('ready'), waiter.line('ready')])
        holder.process.stdin!.write('go\n')
        await holder.line('computing')
        waiter.process.stdin!.write('go\n')
        const values = await Promise.all([waiter, holder].map((one) => one.line('value')))
        for (const value of values) expect(value).toContain(`of ${holder.process.pid} `)
        expect(waiter.lines).not.toContain('computing one')
      }),
    )
  })

  test('loses the lease after its time when it is killed, and follows a killed process of Node', async () => {
    const pairs = [
      [restricted, () => thisNode],
      [() => thisNode, restricted],
    ] as const
    for (const [isKilled, isNext] of pairs) {
      const folder = newFolder()
      const killed = start(isKilled(folder), folder, 500, 3_600_000)
      const next = start(isNext(folder), folder, 500, 1)
      await Promise.all([killed.line('ready'), next.line('ready')])
      killed.process.stdin!.write('go\n')
      await killed.line('computing')
      next.process.stdin!.write('go\n')
      await next.line('missed')
      killed.process.kill('SIGKILL')
      expect(await next.line('value')).toContain(`of ${next.process.pid} `)
    }
    const why =
      'Deno shows other processes only with --allow-all: a dead holder is followed after the time of its lease'
    recordRow({ host: 'Deno', version: deno.version, ran: 'leases with few permissions', result: 'declared', why })
  })

  test.each([
    ['no permission', []],
    ['the permissions to read files and the host’s name', ['--allow-sys', '--allow-read']],
    ['the permissions to read files and to send signals', ['--allow-run', '--allow-read']],
  ])('with %s is a holder of its own, and believes no running holder dead', async (_what, flags) => {
    const holder = JSON.stringify(thisHolder())
    const { self, parent } = JSON.parse(await outputOf(withFlags(...flags).command, child('holder'), [holder]))
    expect(self).toBe('self')
    expect(['silent', 'likely', 'alive']).toContain(parent)
  })
})

withMongo('Deno with permissions for MongoDB', (url) => {
  test('needs the network, and the problem names the flag', async () => {
    const { host } = new URL(url)
    const database = `${host}/deno-${process.pid}`
    const flags = ['--allow-env', '--allow-read']
    const refused = await permitted(flags, 'mongodb', database)
    expect(refused).toMatchObject({ value: RESULT, runs: 3 })
    expect(refused.problems[0]).toMatch(/^1 ERR_PERSIST_STORE_UNAVAILABLE .*--allow-net flag/)
    expect(await permitted([...flags, '--allow-net'], 'mongodb', database)).toEqual(WORKS)
    expect(await permitted([...flags, `--allow-net=${host}`], 'mongodb', database)).toEqual({ ...WORKS, runs: 0 })
  })
})
