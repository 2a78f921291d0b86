const RECORDS = 100_000
const RICH = 20_000

/** Values whose pickling and copying costs more than a file. */
export const LARGE_VALUES = {
  /** A megabyte. */
  numbers: () => Float64Array.from({ length: 125_000 }, (_, index) => index / 3),
  bytes: () => Buffer.alloc(32_000_000, 'bytes'),
  records: () =>
    Array.from({ length: RECORDS }, (_, id) => ({
      id,
      name: `user ${id}`,
      email: `u${id}@example.org`,
      active: id % 2 === 0,
      score: id * 1.5,
    })),
  rich: () => ({
    rows: Array.from({ length: RICH }, (_, id) => ({ id, at: new Date(1.7e12 + id * 1000), count: BigInt(id) ** 3n })),
    byName: new Map(Array.from({ length: RICH }, (_, id) => [`user ${id}`, id])),
    names: new Set(Array.from({ length: RICH }, (_, id) => `user ${id}`)),
  }),
}
