import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeafServer } from '../../../test/support/deaf-server.ts'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { Child } from './child.ts'
import { ownDatabase } from './subject.ts'

const LAST_TO_END = 'sleeps a second after its last call'

withMongo('a script that closes nothing', (url) => {
  const database = ownDatabase(url)
  const deaf = new DeafServer()
  beforeAll(() => deaf.listen())
  afterAll(() => deaf.close())

  for (const what of ['reads and writes', 'keeps a lease', 'leaves a listing', 'calls again after a pause']) {
    test(`and ${what} ends by itself, before one that ${LAST_TO_END}`, async () => {
      await expectToEndFirst(new Child('script', database.url, what))
    })
  }

  for (const [what, host] of [
    ['takes connections and says nothing', () => deaf.host],
    ['refuses connections', () => '127.0.0.1:9'],
  ] as const) {
    for (const act of ['waits in vain', 'keeps asking whether the server is back']) {
      test(`and ${act} for one that ${what} ends by itself, before one that ${LAST_TO_END}`, async () => {
        const script = new Child('script', `mongodb://${host()}/`, act)
        await expectToEndFirst(script)
        expect(script.lines).toContain('ERR_PERSIST_STORE_UNAVAILABLE')
      })
    }
  }

  async function expectToEndFirst(script: Child): Promise<void> {
    const [quick, slow] = await Promise.all([
      afterwards(script),
      afterwards(new Child('script', database.url, LAST_TO_END)),
    ])
    expect(quick).toBeLessThan(slow)
  }
})

/** How long a child still lived after its last call was done. */
async function afterwards(child: Child): Promise<number> {
  const code = await child.ended
  const end = Date.now()
  expect({ code, lines: child.lines }).toMatchObject({ code: 0 })
  return end - Number((await child.says('done')).split(' ')[1])
}
