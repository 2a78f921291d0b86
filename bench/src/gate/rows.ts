/** One ratio that must not get worse. */
export interface Row {
  readonly id: RowId
  readonly what: string
  /** The target of the design. Without one, the row is only compared with the last accepted result. */
  readonly target?: number
  /** A target of the design that is known to be missed. The row is compared with the last accepted result. */
  readonly missed?: { readonly words: string; readonly ratio?: number }
}

export type Group = keyof typeof GROUPS

/** The rows, by the program that measures them together. */
export const GROUPS = {
  disk: [
    {
      id: 'disk-hit',
      what: 'disk hit, synchronous, 1 kB / readFileSync + JSON.parse',
      missed: { words: '≤ 1.2', ratio: 1.2 },
    },
    { id: 'disk-straight', what: 'disk hit, synchronous, 1 kB / the same steps in one straight function' },
    { id: 'disk-hit-async', what: 'disk hit, asynchronous / fs.promises.readFile + JSON.parse', target: 0.25 },
    {
      id: 'disk-miss-process',
      what: "disk miss, singleFlight 'process' / temporary file + rename",
      missed: { words: '≤ 1.3', ratio: 1.3 },
    },
    { id: 'disk-miss-shared', what: "disk miss, singleFlight 'shared' / temporary file + rename", target: 2 },
  ],
  many: [{ id: 'disk-many', what: 'disk hit among 10,000 entries / among 1,000', target: 1.3 }],
  memory: [
    { id: 'memory-hit', what: 'hit in the memory tier, two numbers / lru-cache with a JSON key', target: 3 },
    {
      id: 'memory-record',
      what: 'hit in the memory tier, record of 1 kB / lru-cache with a JSON key + JSON.parse',
      target: 0.5,
    },
  ],
  trace: [{ id: 'trace-hit', what: 'disk hit with three traced files / disk hit + 3 statSync', target: 1.2 }],
  beside: [
    {
      id: 'beside-hit',
      what: 'disk hit without trace and dependsOn, beside functions with both / beside functions with a version',
      missed: { words: '≤ 1.02', ratio: 1.02 },
    },
  ],
  code: [
    {
      id: 'code-warm',
      what: 'code of 30 files, unchanged, in a new process / statSync of all that it looks at',
      missed: { words: '≤ 1.5', ratio: 1.5 },
    },
    {
      id: 'code-cold',
      what: 'code of 30 files, never read before, in a new process / readFileSync + SHA-256 of them',
      missed: { words: '≤ 30 ms' },
    },
  ],
  values: [
    {
      id: 'values-numbers-miss',
      what: 'disk miss, typed array of 1 MB / temporary file + rename of its bytes',
      missed: { words: '≤ 3', ratio: 3 },
    },
    {
      id: 'values-numbers-hit',
      what: 'disk hit, typed array of 1 MB / readFileSync of its bytes',
      missed: { words: '≤ 3', ratio: 3 },
    },
    {
      id: 'values-numbers-straight',
      what: 'disk hit, typed array of 1 MB / readFileSync of its bytes + crc32 + one copy',
      target: 1.5,
    },
    {
      id: 'values-bytes-miss',
      what: 'disk miss, Buffer of 32 MB / temporary file + rename of its bytes',
      target: 3,
    },
    {
      id: 'values-bytes-hit',
      what: 'disk hit, Buffer of 32 MB / readFileSync of its bytes',
      missed: { words: '≤ 3', ratio: 3 },
    },
    {
      id: 'values-bytes-straight',
      what: 'disk hit, Buffer of 32 MB / readFileSync of its bytes + crc32 + one copy',
      target: 1.3,
    },
    {
      id: 'values-records-miss',
      what: 'disk miss, 100,000 plain records / JSON.stringify + temporary file + rename',
      target: 2.5,
    },
    { id: 'values-records-hit', what: 'disk hit, 100,000 plain records / readFileSync + JSON.parse', target: 1.3 },
    {
      id: 'values-rich-miss',
      what: 'disk miss, Dates, bigints, Map and Set of 20,000 / v8.serialize + temporary file + rename',
      missed: { words: '≤ 4', ratio: 4 },
    },
    {
      id: 'values-rich-hit',
      what: 'disk hit, Dates, bigints, Map and Set of 20,000 / readFileSync + v8.deserialize',
      missed: { words: '≤ 2', ratio: 2 },
    },
    {
      id: 'values-peak-miss',
      what: 'peak memory of a disk miss, bytes of 128 MB / the size of the value',
      target: 3.2,
    },
    {
      id: 'values-peak-hit',
      what: 'peak memory of a disk hit, bytes of 128 MB / the size of the value',
      target: 2.2,
    },
  ],
  codecs: [
    { id: 'codecs-small-miss', what: 'disk miss of 300 bytes, with compress / without', target: 1.1 },
    { id: 'codecs-small-hit', what: 'disk hit of 300 bytes, with compress / without', target: 1.1 },
    { id: 'codecs-encrypted-hit', what: 'disk hit of 300 bytes, with encrypt / without' },
    { id: 'codecs-frozen-hit', what: 'frozen hit in memory, record of 1 MB / lru-cache with a JSON key', target: 2 },
    { id: 'codecs-gzip-bytes', what: 'bytes of an LLM answer of 1 MB, by gzip / plain', target: 0.35 },
  ],
  lmdb: [{ id: 'lmdb-hit', what: 'LMDB hit / raw lmdb get of the same text + JSON.parse', target: 2 }],
  cold: [
    {
      id: 'cold-start',
      what: 'import of core and first hit from disk / import of cacache and first read',
      missed: { words: '≤ 25 ms' },
    },
  ],
  mongo: [
    { id: 'mongo-hit', what: 'MongoDB hit / findOne by _id + JSON.parse', target: 1.15 },
    { id: 'mongo-many', what: 'MongoDB, many of 1,000 / one $in query + JSON.parse', target: 1.5 },
  ],
  large: [
    {
      id: 'disk-million',
      what: 'disk hit among 1,000,000 entries / among 1,000',
      missed: { words: '≤ 1.3', ratio: 1.3 },
    },
    { id: 'disk-iterate', what: 'memory while iterating 1,000,000 entries / 150 MB', target: 1 },
  ],
} as const satisfies Record<string, readonly (Omit<Row, 'id'> & { readonly id: string })[]>

export type RowId = (typeof GROUPS)[keyof typeof GROUPS][number]['id']

export const ROWS: readonly Row[] = Object.values(GROUPS).flat()

/** The name of the time of the row `cold-start`, whose target is in milliseconds. */
export const OVER_EMPTY = 'import of core and first hit, over an empty script, ms'

/** The result of one program: the ratio of each block of rounds, by row, and times for the reader. */
export interface Found {
  readonly ratios: { readonly [id in RowId]?: readonly number[] }
  /** The times of the lower quarter of the rounds, with units in their names. They decide nothing. */
  readonly times: Readonly<Record<string, number>>
  /** Notes for the reader. */
  readonly notes?: readonly string[]
}
