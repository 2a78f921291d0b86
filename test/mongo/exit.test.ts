import { afterAll, describe, expect, test } from 'vitest'
import { Child } from '../support/child.ts'
import { type OwnMongo, startOwnMongo } from '../support/mongo.mjs'
import { without } from '../support/with-mongo.ts'

const NAME = 'a script that only calls persisted functions'
const script = new URL('children/persisted.mjs', import.meta.url)
const reasons: string[] = []
const server = await startOwnMongo(reasons)

const MEANWHILE: Record<string, { happen: (server: OwnMongo) => unknown; undo: (server: OwnMongo) => unknown }> = {
  'runs on': { happen: () => {}, undo: () => {} },
  'is killed': { happen: ({ kill }) => kill(), undo: ({ restart }) => restart() },
  'falls silent': { happen: ({ pause }) => pause(), undo: ({ resume }) => resume() },
}

if (server === undefined) {
  without(NAME, reasons.join('; '))
} else {
  afterAll(() => server.stop())

  describe(NAME, () => {
    for (const [what, { happen, undo }] of Object.entries(MEANWHILE)) {
      for (const work of [0, 600]) {
        test(`over a server that ${what} ends by itself, before one that sleeps a second after its last call (${work} ms of work)`, async () => {
          const quick = new Child(script, server.url, work, 0)
          const slow = new Child(script, server.url, work, 1000)
          await Promise.all([quick.says('first 2'), slow.says('first 2')])
          await happen(server)
          quick.send('go')
          slow.send('go')
          const [sooner, later] = await Promise.all([afterwards(quick), afterwards(slow)])
          for (const child of [quick, slow])
            expect(child.lines).toEqual(expect.arrayContaining(['second 4', 'third 6']))
          await undo(server)
          expect(sooner).toBeLessThan(later)
        })
      }
    }
  })
}

/** How long a child still lived after its last call was done. */
async function afterwards(child: Child): Promise<number> {
  const code = await child.ended
  const end = Date.now()
  expect({ code, lines: child.lines }).toMatchObject({ code: 0 })
  return end - Number((await child.says('done')).split(' ')[1])
}
