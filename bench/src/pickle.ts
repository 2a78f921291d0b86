// The cost of writing and reading a value, compared with JSON, also where JSON loses the value.
import { pickle, unpickle } from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as binary from '@persist/pickle/v8'
import { interleaved, row } from './measure.ts'

const flat = Array.from({ length: 1_000 }, (_, id) => ({
  id,
  name: `name ${id}`,
  email: `user${id}@example.org`,
  age: id % 90,
  active: id % 2 === 0,
  score: id * 1.5,
}))
const listed = flat.map((record) => ({ ...record, tags: ['x', `tag ${record.id}`] }))
const nested = listed.map((record) => ({
  ...record,
  address: {
    street: `Long Street ${record.id}`,
    place: { code: String(record.id), at: [record.id / 3, record.id / 7] },
  },
}))
const dated = flat.map((record) => ({ ...record, at: new Date(record.id * 1e9) }))
const counts = Object.fromEntries(flat.map(({ name, age }) => [name, age]))
const numbers = Array.from({ length: 10_000 }, (_, index) => index * 1.1)
const small = { id: 1, name: 'x', ok: true, rate: 0.5 }
const floats = Float64Array.from({ length: 131_072 }, (_, index) => index * 1.1)

interface Ratios {
  readonly write: number
  readonly read: number
}

/** The pair's times divided by those of JSON for the same value. JSON reads the same string, if the pair writes one. */
async function compare(value: unknown, batch: number, pair: Pair = { pickle, unpickle }): Promise<Ratios> {
  const payload = pair.pickle(value)
  const string = typeof payload === 'string' ? payload : JSON.stringify(value)
  const [write, stringify, read, parse] = await interleaved(
    [
      { name: 'pickle', run: () => pair.pickle(value) },
      { name: 'JSON.stringify', run: () => JSON.stringify(value) },
      { name: 'unpickle', run: () => pair.unpickle(payload as never) },
      { name: 'JSON.parse', run: () => JSON.parse(string) },
    ],
    { batch },
  )
  return { write: write!.micros / stringify!.micros, read: read!.micros / parse!.micros }
}

interface Pair {
  pickle(value: unknown): string | Uint8Array
  unpickle(payload: never): unknown
}

const plain = await compare(flat, 5)
const withLists = await compare(listed, 5)
const met = [
  row('pickle of 1,000 plain records / JSON.stringify', plain.write, 2.5),
  row('… with a list in each / JSON.stringify', withLists.write, 2.5),
  row('unpickle of 1,000 plain records / JSON.parse of the same string', plain.read, 1.1),
]

console.log('Without a target, as × JSON to write and to read:')
const print = (what: string, { write, read }: Ratios) =>
  console.log(`     ${what.padEnd(64)} ${write.toFixed(2).padStart(7)} ${read.toFixed(2).padStart(7)}`)
print('1,000 records with objects and lists in each', await compare(nested, 5))
print('a small record', await compare(small, 2_000))
print('a number', await compare(12.5, 5_000))
print('10,000 numbers', await compare(numbers, 5))
print('an object of 1,000 counts', await compare(counts, 10))
print('1,000 records with a Date in each', await compare(dated, 2))
print('a Float64Array of 1 MB', await compare(floats, 1))
print('plain JSON: 1,000 plain records', await compare(flat, 5, json))
print('bytes of V8: 1,000 plain records', await compare(flat, 5, binary))
print('bytes of V8: 1,000 records with a Date in each', await compare(dated, 2, binary))
print('bytes of V8: a Float64Array of 1 MB', await compare(floats, 1, binary))

if (met.includes(false)) process.exitCode = 1
