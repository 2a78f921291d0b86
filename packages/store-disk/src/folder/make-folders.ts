import { dirname } from 'node:path'
import { errorCode, type FileSystem } from '../files/file-system.ts'

const ATTEMPTS = 3

/**
 * Makes a folder and its parents, one at a time: Node's own `recursive` never comes back where a file system makes none
 * in a folder that is there, as `/proc` (nodejs/node#35987). The error says what stands in the way. `true`: it was not
 * there before.
 */
export function makeFolders(fs: FileSystem, dir: string): boolean {
  if (isFolder(fs, dir)) return false
  // Deno may allow this folder alone: then nothing can be known of its parents, and it can be made all the same.
  if (madeAlone(fs, dir)) return true
  for (let attempt = 1; ; attempt++) {
    const missing = missingFolders(fs, dir)
    try {
      for (const path of missing.reverse()) makeOne(fs, path)
      return missing.length > 0
    } catch (error) {
      // Another process may remove them at this moment.
      if (errorCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
    }
  }
}

function isFolder(fs: FileSystem, dir: string): boolean {
  return fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true
}

function madeAlone(fs: FileSystem, dir: string): boolean {
  try {
    fs.mkdirSync(dir)
    return true
  } catch {
    return false
  }
}

function makeOne(fs: FileSystem, path: string): void {
  try {
    fs.mkdirSync(path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    if (errorCode(error) !== 'ENOENT' || !fs.existsSync(dirname(path))) throw error
    throw reason('ENOENT', `the file system of ${dirname(path)} makes no folders`, error)
  }
}

/** From the folder itself upwards, as far as none is there. */
function missingFolders(fs: FileSystem, dir: string): string[] {
  const missing: string[] = []
  for (let path = withoutEnd(dir); ; path = dirname(path)) {
    const stat = fs.statSync(path, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return missing
    if (stat !== undefined) throw reason('ENOTDIR', `${path} is no folder`)
    const there = fs.lstatSync(path, { throwIfNoEntry: false })
    // It may have been made since.
    if (there?.isDirectory()) return missing
    if (there !== undefined) throw reason('ENOTDIR', `${path} is a link that leads nowhere`)
    if (dirname(path) === path) throw reason('ENOENT', `there is no ${path}`)
    missing.push(path)
  }
}

function withoutEnd(path: string): string {
  return dirname(path) === path ? path : path.replace(/[/\\]+$/, '')
}

function reason(code: string, text: string, cause?: unknown): Error {
  return Object.assign(new Error(`${code}: ${text}`, { cause }), { code })
}
