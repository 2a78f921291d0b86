/** The results of the functions under test, by their names in the tables. */
export const PAYLOADS = {
  /** About 1 kB of JSON. */
  record: (id: number) => ({
    id,
    name: `name ${id}`,
    tags: ['a', 'b'],
    scores: Array.from({ length: 150 }, (_, n) => n * id),
  }),
  /** About 1 MB of JSON. */
  megabyte: (id: number) => ({
    id,
    rows: Array.from({ length: 9_000 }, (_, row) => ({
      row,
      name: `name ${row} of ${id}`,
      email: `user${row}@example.org`,
      score: row * 1.5,
      active: row % 2 === 0,
      tags: ['a', 'b'],
    })),
  }),
  /** 1 MB of bytes. */
  floats: (id: number) => Float64Array.from({ length: 131_072 }, (_, index) => id + index * 1.1),
} satisfies Record<string, (id: number) => unknown>

export type Payload = keyof typeof PAYLOADS
