import { describe, expect, test } from 'vitest'
import { Semaphore } from '../src/semaphore.ts'

const LONG = 60_000

describe('a gate', () => {
  test('lets in as many as there are places, the others in order when one leaves', async () => {
    const gate = new Semaphore(2)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const passing = [0, 1, 2, 3].map((number) =>
      gate.run(LONG, () => {
        begun.push(number)
        return new Promise<void>((end) => ends.push(end))
      }),
    )
    expect(begun).toEqual([0, 1])
    ends[1]!()
    await passing[1]
    await settled()
    expect(begun).toEqual([0, 1, 2])
    for (let index = 0; index < 4; index++) {
      ends[index]?.()
      await settled()
    }
    await Promise.all(passing)
    expect(begun).toEqual([0, 1, 2, 3])
  })

  test('makes room when somebody fails', async () => {
    const gate = new Semaphore(1)
    const failing = gate.run(LONG, () => Promise.reject(new Error('no')))
    const next = gate.run(LONG, async () => 'in')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('in')
  })

  test('turns away who is outside, and nobody who is inside', async () => {
    const gate = new Semaphore(1)
    let end = () => {}
    const inside = gate.run(LONG, () => new Promise<string>((resolve) => (end = () => resolve('done'))))
    const outside = gate.run(LONG, async () => 'in')
    gate.rejectWaiting(new Error('closed'))
    await expect(outside).rejects.toThrow('closed')
    end()
    expect(await inside).toBe('done')
    expect(await gate.run(LONG, async () => 'in again')).toBe('in again')
  })

  test('bounds the wait outside', async () => {
    const gate = new Semaphore(1)
    let end = () => {}
    const inside = gate.run(1, () => new Promise<void>((resolve) => (end = resolve)))
    await expect(gate.run(1, async () => 'in')).rejects.toThrow(/no answer/)
    end()
    await inside
    expect(await gate.run(1, async () => 'in again')).toBe('in again')
  })
})

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
