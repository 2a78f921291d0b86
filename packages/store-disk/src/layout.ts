import { hash as digest } from 'node:crypto'
import { join } from 'node:path'

// The only module that knows where things lie:
//
//   persist/                                      the store's folder
//     persist.json  CACHEDIR.TAG  .gitignore      its format number, and marks for backup programs and git
//     power/                                      a namespace, see folder-name.ts
//       2_to_the_power_of_4.entry                 an entry, see entry-format.ts
//     .persist/                                   what is under way
//       0/ … f/                                   tokens: files that are being written, leases; see token.ts
//       damaged/                                  what could not be read, moved out of the way

export const ENTRY_SUFFIX = '.entry'
export const WORK_FOLDER = '.persist'
/** The first of them tells the format. */
export const ROOT_FILES = ['persist.json', 'CACHEDIR.TAG', '.gitignore'] as const
/** What could not be read; inside {@link WORK_FOLDER}. */
export const DAMAGED_FOLDER = 'damaged'
const SHARDS = 16

const TAG_LENGTH = 12
const MARK_LENGTH = 20

/** The start of the names of all tokens of a namespace. */
export function namespaceTag(namespace: string): string {
  // Of the JSON text: UTF-8 would give lone surrogates one and the same digest.
  return digest('sha256', JSON.stringify(namespace), 'hex').slice(0, TAG_LENGTH)
}

/** What follows the tag in the name of a token for one entry; its first digit is the shard. */
export function hashMark(hash: string): string {
  return digest('sha256', hash, 'hex').slice(0, MARK_LENGTH)
}

/** The folder of the tokens with this mark. */
export function shardFolder(root: string, mark: string): string {
  return join(root, WORK_FOLDER, mark[0]!)
}

/** The shards, as numbers and as names. */
export function shardNames(): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard.toString(SHARDS))
}
