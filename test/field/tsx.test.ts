import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { environment, folderWith } from './folder.ts'

// Under tsx, a package that was loaded by require gets a second copy of its imports.

const TSX = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/cli.mjs')

async function portOfNoServer(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('under tsx a dead server costs one wait and one report, and errors keep their classes', async () => {
  const folder = folderWith({
    'main.mts': `
      import { PersistError, persist } from '@persist/core'
      const port: string = process.argv[2]!
      let problems = 0
      const report = (event: { name: string; error?: unknown }) => {
        if (event.name === 'problem') {
          problems++
          console.log(event.error instanceof PersistError)
        }
      }
      const f = persist(async function ask(x: number) { return 2 * x }, { cache: \`mongodb://127.0.0.1:\${port}/x\`, report })
      const main = async () => {
        const results: number[] = []
        for (let i = 0; i < 5; i++) results.push(await f(i))
        console.log(results.join(), problems)
      }
      main()`,
  })
  const { stdout, stderr } = spawnSync(process.execPath, [TSX, 'main.mts', String(await portOfNoServer())], {
    cwd: folder.path,
    env: environment(),
    encoding: 'utf8',
  })
  expect(stdout).toBe('true\n0,2,4,6,8 1\n')
  expect(stderr.match(/^persist: problem .*$/gm)).toEqual([expect.stringContaining('mongodb')])
})
