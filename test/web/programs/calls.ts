// What a program without any module of Node can do with core: the same in a page, in workerd and in Node.
import { memoryStore, persist } from '@persist/core'
import { kvStore } from './kv-store.ts'

const events: string[] = []
const report = ({ name }: { name: string }) => events.push(name)
let runs = 0

const double = persist((x: number) => 2 * x, { funcname: 'double', cache: memoryStore(), report })

const kv = { cache: kvStore('kv'), report }
const load = persist(
  async (id: number, when: Date) => {
    runs++
    await new Promise((resolve) => setTimeout(resolve, 20))
    return { id, when, seen: new Map([[id, new Set([when])]]), bytes: new Uint8Array([1, 2, id]) }
  },
  { ...kv, funcname: 'load', memory: true, ttl: '1h' },
)
const recent = persist(async (id: number) => id, { ...kv, funcname: 'recent', concurrency: 1 })
const nested = persist(async (id: number): Promise<number> => (id === 0 ? 0 : 1 + (await nested(id - 1))), {
  ...kv,
  funcname: 'nested',
})
const afterWaiting = persist(
  async (id: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return id === 0 ? 0 : 1 + (await afterWaiting(id - 1))
  },
  { ...kv, funcname: 'afterWaiting' },
)
const limited = persist(
  async (id: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return id === 0 ? 0 : 1 + (await limited(id - 1))
  },
  { ...kv, funcname: 'limited', concurrency: 1, waitTimeout: 100 },
)
const failing = persist(
  async () => {
    throw new RangeError('a failure of its own')
  },
  { ...kv, funcname: 'failing' },
)
const counted = persist(
  async function* (count: number) {
    for (let index = 0; index < count; index++) yield index
  },
  { ...kv, funcname: 'counted' },
)
const ringWaits: unknown[] = []
let entered = false
const itself = persist(
  async (id: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (entered) return id
    entered = true
    return itself(id)
  },
  {
    ...kv,
    funcname: 'itself',
    waitTimeout: 300,
    report: (event) => event.name === 'wait' && ringWaits.push(event.outcome),
  },
)

/** The facts, as JSON. */
export async function calls(): Promise<Readonly<Record<string, unknown>>> {
  const when = new Date(0)
  const many = await Promise.all([load(1, when), load(1, when), load(1, when)])
  const again = await load(1, new Date(0))
  return {
    double: [double(3), double(3), double.stats().hits],
    runs,
    copies: new Set(many).size,
    again: [again.id, again.when.getTime(), [...again.seen.get(1)!].length, [...again.bytes].join()],
    recent: await Promise.all([1, 2, 3].map((id) => recent(id))),
    nested: await nested(5),
    afterWaiting: await afterWaiting(5),
    limited: await limited(3),
    failing: await failing().then(String, String),
    counted: [await listOf(counted(3)), await listOf(counted(3))],
    file: message(() => persist((x: number) => x, { funcname: 'filed' })),
    mongodb: message(() => persist((x: number) => x, { funcname: 'far', cache: 'mongodb://localhost/a' })),
    unknown: message(() => persist((x: number) => x, { funcname: 'unknown', cache: 'memry://a' })),
    hits: events.filter((name) => name === 'hit').length,
  }
}

/** A call that calls itself once after it has waited: its result, and how its waits ended. */
export async function ring(): Promise<{ result: number; waits: readonly unknown[] }> {
  return { result: await itself(1), waits: ringWaits }
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

function message(act: () => unknown): string {
  try {
    act()
    return 'no error'
  } catch (error) {
    return String(error)
  }
}
