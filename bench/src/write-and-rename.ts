import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pickle } from '@persist/pickle'
import { PAYLOADS } from './work/payloads.ts'

const FOLDERS = 16

/**
 * A miss by hand: writes a record into a temporary file and renames it.
 *
 * The temporary files are in the same folder as those of the store in `cache`. Before ext4 assigns an inode, it checks all
 * inodes that were deleted within the last minutes near that folder (`recently_deleted` in fs/ext4/ialloc.c). After a test
 * run, this takes most of the time of both, and would take different times in two folders.
 */
export function writeAndRename(cache: string): (id: number) => void {
  const temporary = join(cache, '.persist')
  const target = join(cache, 'by-hand')
  mkdirSync(target, { recursive: true })
  for (let shard = 0; shard < FOLDERS; shard++) mkdirSync(join(temporary, shard.toString(FOLDERS)), { recursive: true })
  return (id) => {
    const path = join(temporary, (id % FOLDERS).toString(FOLDERS), `${id}.by-hand`)
    writeFileSync(path, pickle(PAYLOADS.record(id)))
    renameSync(path, join(target, `${id}.json`))
  }
}
