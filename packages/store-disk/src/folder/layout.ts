import { hash as digest } from 'node:crypto'
import { sep } from 'node:path'

// The only module that knows where things lie:
//
//   persist/                                      the store's folder
//     persist.json  CACHEDIR.TAG  .gitignore      its format number, and marks for backup programs and git
//     power/                                      a namespace, see folder-name.ts
//       2_to_the_power_of_4.entry                 an entry, see entry-codec.ts
//     .persist/                                   what is under way
//       0/ … f/                                   tokens: entries that are being written, leases; see token.ts
//       leases-3f0c9a1b2c4d                       this namespace has had leases
//       usage-3f0c9a1b2c4d                        how much it takes, if it has bounds; see usage-file.ts
//       deleted-3f0c9a1b2c4d                      its deletions by tag, in order; see tag-journal.ts
//       silent-3f0c9a1b2c4d                       leases that did not change while a machine looked; see silences.ts
//       quarantine/                               entries that could not be read

export const ENTRY_SUFFIX = '.entry'
export const WORK_FOLDER = '.persist'
/** The first of them holds the number of the format. */
export const ROOT_FILES = ['persist.json', 'CACHEDIR.TAG', '.gitignore'] as const

const SILENCES = 'silent-'
const SHARDS = 16
const NAMESPACE_ID_LENGTH = 12
const ENTRY_ID_LENGTH = 24
const SHORT_AND_SAFE = /^[A-Za-z0-9_-]{1,64}$/

/** Paths in a store's folder; those of folders have a separator at their end. */
export class Layout {
  readonly root: string
  readonly work: string
  /** For entries that could not be read. */
  readonly quarantine: string
  /** The folders of the tokens. */
  readonly shards: readonly string[]

  constructor(root: string) {
    this.root = root.endsWith(sep) ? root : root + sep
    this.work = this.root + WORK_FOLDER + sep
    this.quarantine = `${this.work}quarantine${sep}`
    this.shards = Array.from({ length: SHARDS }, (_, shard) => this.work + shard.toString(SHARDS) + sep)
  }

  /** For files on their way out or in. */
  get scratch(): string {
    return this.shards[0]!
  }

  /** A file whose existence says that there may be leases in a namespace. */
  leasesMarker(namespaceId: string): string {
    return `${this.work}leases-${namespaceId}`
  }

  /** What the writers of a bounded namespace believe it takes. */
  usageFile(namespaceId: string): string {
    return `${this.work}usage-${namespaceId}`
  }

  /** The deletions by tag of a namespace. */
  journal(namespaceId: string): string {
    return `${this.work}deleted-${namespaceId}`
  }

  /** What the processes of one machine have seen of tokens that did not change. */
  silences(boot: string): string {
    return this.work + SILENCES + boot
  }

  /** The folder of the tokens with this mark. */
  shardOf(entryId: string): string {
    let sum = 0
    for (let index = 0; index < entryId.length; index++) sum += entryId.charCodeAt(index)
    return this.shards[sum % SHARDS]!
  }
}

/** Whether a name in the work folder is one of {@link Layout.silences}. */
export function isSilences(name: string): boolean {
  return name.startsWith(SILENCES) && /^[0-9a-f]{12}$/.test(name.slice(SILENCES.length))
}

/** The start of the names of all tokens of a namespace. */
export function namespaceId(namespace: string): string {
  // Of the JSON text: UTF-8 would give all lone surrogates one and the same digest.
  return digest('sha256', JSON.stringify(namespace), 'hex').slice(0, NAMESPACE_ID_LENGTH)
}

/** What follows it in the name of a token for one entry: the hash, or its digest where that is long or odd. */
export function entryId(hash: string): string {
  return SHORT_AND_SAFE.test(hash)
    ? hash
    : `~${digest('sha256', JSON.stringify(hash), 'hex').slice(0, ENTRY_ID_LENGTH)}`
}
