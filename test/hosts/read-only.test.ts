import { execFileSync } from 'node:child_process'
import { closeStores, persist } from '@persist/core'
import { describe, expect, test } from 'vitest'
import { mounted } from '../../packages/store-disk/test/support/mounted.ts'
import { recordRow } from '../support/host-rows.ts'
import { child, outputOf } from './run.ts'
import { bun, deno, node26, type Runtime, thisNode, titleOf } from './runtimes.ts'

// As `/var/task` of AWS Lambda: the cache is deployed with the program, on a file system that may only be read.

const STORES = ['file', 'lmdb'] as const
const RESULT = '{"x":2,"at":"1970-01-01T00:00:00.005Z"}'

async function call({ command }: Runtime, store: string, folder: string): Promise<unknown> {
  return JSON.parse(await outputOf(command, child('permitted'), [store, folder]))
}

describe.each([thisNode, node26, bun, deno].map((runtime) => [titleOf(runtime), runtime] as const))(
  'on a file system that may only be read, in %s',
  (host, runtime) => {
    test('a filled cache serves its results without a report', async (context) => {
      const folder = mounted(context, '-t', 'tmpfs', 'tmpfs')
      for (const store of STORES) await call(thisNode, store, `${folder}/${store}`)
      execFileSync('mount', ['-o', 'remount,ro', folder])
      for (const store of STORES) {
        expect(await call(runtime, store, `${folder}/${store}`)).toEqual({ value: RESULT, runs: 0, problems: [] })
        const ran = `a filled cache that may only be read, on ${store}`
        recordRow({ host, version: runtime.version, ran, result: 'passed' })
      }
    })

    test('a miss computes each time, and the reason why nothing is stored is reported once', async (context) => {
      const folder = mounted(context, '-t', 'tmpfs', 'tmpfs')
      for (const store of STORES) {
        const cache = `${store}://${folder}/${store}`
        persist((x: number) => x, { funcname: 'another', cache })(1)
      }
      await closeStores()
      execFileSync('mount', ['-o', 'remount,ro', folder])
      const report = (code: string) => ({
        value: RESULT,
        runs: 3,
        problems: [expect.stringMatching(new RegExp(`^1 ${code} .*EROFS`))],
      })
      for (const store of STORES)
        expect(await call(runtime, store, `${folder}/${store}`)).toEqual(report('ERR_PERSIST_STORE'))
      expect(await call(runtime, 'file', `${folder}/none`)).toEqual(report('ERR_PERSIST_STORE_UNAVAILABLE'))
      expect(await call(runtime, 'lmdb', `${folder}/none`)).toEqual(report('ERR_PERSIST_STORE'))
    })
  },
)
