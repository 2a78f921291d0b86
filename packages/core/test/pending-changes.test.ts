import { expect, it } from 'vitest'
import { Peers } from '../src/state/peers.ts'
import { PendingChanges } from '../src/state/pending-changes.ts'

it('a change of all stands for the changes that it waits for, so that many such changes wait for one each', async () => {
  const changes = new PendingChanges()
  const ends = Array.from({ length: 100 }, (_, index) => changes.begin(`entry ${index}`))
  expect([...changes.of(undefined, true)]).toHaveLength(100)
  const endFirst = changes.begin(undefined)
  expect([...changes.of(undefined, true)]).toHaveLength(1)
  const endPut = changes.begin('entry 0')
  expect([...changes.of(undefined, true)]).toHaveLength(2)
  expect([...changes.of('entry 1', true)]).toHaveLength(2)
  for (const end of [...ends, endFirst]) end()
  expect([...changes.of(undefined, true)]).toHaveLength(1)
  endPut()
  expect([...changes.of(undefined, true)]).toHaveLength(0)
})

it('a change of all can wait for any number of changes', () => {
  const changes = new PendingChanges()
  for (let index = 0; index < 200_000; index++) changes.begin(`entry ${index}`)
  const noop = () => {}
  const peers = new Peers('store', 'many changes', {
    fence: noop,
    fenceTag: noop,
    outdate: noop,
    supersede: noop,
    drop: noop,
    writes: (hash, ofAll = true) => changes.of(hash, ofAll),
  })
  expect(peers.changes(undefined, true)).toHaveLength(200_000)
})
