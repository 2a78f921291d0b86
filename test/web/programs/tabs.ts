import { persist, registerStore } from '@persist/core'
import { fromUrl } from '@persist/store-idb'

/** Given by the test: notes a run, and waits as long as the test wants it to. */
declare const computing: (id: number) => Promise<void>

registerStore('idb', fromUrl)

const events: string[] = []
let looks = 0

/** The store asks for the time whenever it meets the lease of another tab. */
function monotonic(): number {
  looks++
  return performance.now()
}

/** Whether a call waits, or has waited, for another tab. */
export const hasWaited = (): boolean => looks > 0

/** No lease of it runs out while the test runs: only the end of a tab ends one. */
export const load = persist(
  async (id: number) => {
    await computing(id)
    return { id, when: new Date(id), bytes: new Uint8Array([id]) }
  },
  {
    funcname: 'load',
    cache: 'idb://tabs',
    storeOptions: { leaseMs: 2 ** 31, monotonic },
    waitTimeout: '1 day',
    tags: ({ id }) => [`id ${id}`],
    report: ({ name }) => events.push(name),
  },
)

/** What a call returns, and the events so far. */
export async function called(id: number): Promise<{ result: unknown[]; events: string[] }> {
  const { when, bytes, ...rest } = await load(id)
  return { result: [rest.id, when.getTime(), [...bytes].join()], events: [...events] }
}
