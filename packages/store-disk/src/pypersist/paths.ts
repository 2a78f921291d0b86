// The layout of pypersist 1.1, module `diskcache`, and one file of our own:
//
//   persist/power/2_to_the_power_of_4.out     the pickle of the result
//   persist/power/2_to_the_power_of_4.key     the pickle of the key, with storekey
//   persist/power/2_to_the_power_of_4.meta    what metadata gave
//   persist/power/2_to_the_power_of_4.lock    a program writes these at this moment
//   persist/power/2_to_the_power_of_4.head    ours: the first line of what would be the .entry file, see entry-codec.ts
//
// pypersist deletes with `clear()` every file of a function's folder, and cannot meet a folder there.

export const OUT = '.out'
export const KEY = '.key'
export const META = '.meta'
export const HEAD = '.head'
export const LOCK = '.lock'

/** Where the parts of one entry are. */
export interface Paths {
  readonly out: string
  readonly key: string
  readonly meta: string
  readonly head: string
  readonly lock: string
}

/** @param folder with a separator at its end. */
export function pathsOf(folder: string, hash: string): Paths {
  const start = folder + hash
  return { out: start + OUT, key: start + KEY, meta: start + META, head: start + HEAD, lock: start + LOCK }
}
