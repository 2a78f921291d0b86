// The cost of the identity of a call: its canonical string and the hash of it.
import { hash } from 'node:crypto'
import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { interleaved, row } from './measure.ts'

// Each call has other arguments, because the compiler could compute a constant result.
let turn = 0
const numbers = Array.from({ length: 64 }, (_, index) => [index, index / 8])
const options = Array.from({ length: 64 }, (_, index) => [
  { model: 'large', temperature: index / 64, maxTokens: 100, stream: false, stop: ['\n', 'END'] },
])
const records = [
  Array.from({ length: 1_000 }, (_, id) => ({ id, name: `name ${id}`, score: id * 1.5, ok: true, tags: ['x', 'y'] })),
]
const vector = [Array.from({ length: 10_000 }, (_, index) => index * 1.1)]
const bytes = [new Uint8Array(1024 * 1024)]

const next = <T>(values: readonly T[]): T => values[turn++ & 63]!
const ours = (value: unknown) => sha256(canonical(value))
// The cheapest identity: JSON, which loses values, and Node's one-step digest of it.
const json = (value: unknown) => hash('sha256', JSON.stringify(value), 'base64url')

async function compare(what: string, value: () => unknown, batch: number) {
  const [mine, theirs] = await interleaved(
    [
      { name: 'canonical + sha256', run: () => ours(value()) },
      { name: 'JSON + SHA-256', run: () => json(value()) },
    ],
    { batch },
  )
  console.log(`     ${what}: ${mine!.micros.toFixed(2)} µs, JSON + SHA-256 ${theirs!.micros.toFixed(2)} µs`)
  return { micros: mine!.micros, ratio: mine!.micros / theirs!.micros }
}

const two = await compare('two numbers', () => next(numbers), 2_000)
const small = await compare('a small options object', () => next(options), 2_000)
const met = [
  row('canonical string + SHA-256 of two numbers, in µs', two.micros, 3),
  row('… of a small options object / (JSON + SHA-256)', small.ratio, 2.5),
]

console.log('Without a target:')
await compare('1,000 records', () => records, 5)
await compare('10,000 numbers', () => vector, 5)
const [large, digest] = await interleaved(
  [
    { name: 'canonical', run: () => ours(bytes) },
    { name: 'digest', run: () => hash('sha256', bytes[0]!, 'base64url') },
  ],
  { batch: 5 },
)
console.log(`     1 MiB of bytes: ${(large!.micros / digest!.micros).toFixed(2)} × its SHA-256 alone`)

if (met.includes(false)) process.exitCode = 1
