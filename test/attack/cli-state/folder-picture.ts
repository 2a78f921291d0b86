import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** The content of a folder, by path: kind, content, time and inode of each file. Links are not followed. */
export function pictureOf(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const name of readdirSync(folder, { recursive: true }) as string[]) found.set(name, describe(join(folder, name)))
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function describe(path: string): string {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  // The time of a folder changes with its content, which is in the picture already.
  if (stat.isDirectory()) return 'folder'
  return `${stat.ino} ${stat.mtimeMs} ${readFileSync(path).toString('latin1')}`
}
