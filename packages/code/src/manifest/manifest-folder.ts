import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The folder of the manifests: each is one file that is replaced as a whole. */
export interface ManifestFolder {
  read(name: string): string | undefined
  write(name: string, text: string): void
}

/** No manifests: everything is read in every process. */
export const NO_MANIFESTS: ManifestFolder = { read: () => undefined, write: () => {} }

/**
 * `node_modules/.cache/persist/code` of the nearest `node_modules` above a folder, where other tools keep what can be made
 * again, too. Without one, a folder of this user in the system's folder for temporary files.
 */
export function manifestFolderFor(folder: string): ManifestFolder {
  // Plain strings: with generators and `join`, which a new process has to compile, this would take twice as long.
  for (let each = folder, below = ''; each !== below; below = each, each = dirname(each)) {
    if (isFolder(`${each}/node_modules`)) return folderAt(`${each}/node_modules/.cache/persist/code`, () => true)
  }
  try {
    return folderAt(join(tmpdir(), `persist-code-${userOf().uid}`), isPrivate)
  } catch {
    // Deno shows the user and the folder only to programs with permission.
    return NO_MANIFESTS
  }
}

function folderAt(path: string, isTrusted: (path: string) => boolean): ManifestFolder {
  return {
    read: (name) => {
      try {
        return isTrusted(path) ? readFileSync(`${path}/${name}`, 'utf8') : undefined
      } catch {
        return undefined
      }
    },
    write: (name, text) => {
      const token = join(path, `${name}.${process.pid}.${randomBytes(4).toString('hex')}`)
      try {
        mkdirSync(path, { recursive: true, mode: 0o700 })
        if (!isTrusted(path)) return
        writeFileSync(token, text, { flag: 'wx' })
        renameSync(token, join(path, name))
      } catch {
        remove(token)
      }
    },
  }
}

/** Removes a file, if it is there and may be removed: a folder that cannot be written to costs no result. */
function remove(path: string): void {
  try {
    rmSync(path)
  } catch {}
}

/** Whether only this user can write into a folder that others can see: they could plant a manifest there. */
function isPrivate(path: string): boolean {
  const { uid } = userOf()
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && (uid === -1 || (stats.uid === uid && (stats.mode & 0o022) === 0))
}

function userOf(): { readonly uid: number } {
  return { uid: process.getuid?.() ?? -1 }
}

function isFolder(path: string): boolean {
  try {
    // An error for each folder without one would take longer than the rest.
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}
