import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The first lines of each program. */
const AT_HAND = `import { persist } from '@persist/core'
import { code, env, packages, runtime, value } from '@persist/code'
import * as inputs from '@persist/inputs'
const funcname = \`program \${import.meta.dirname.split(/[/\\\\]/).at(-1)}\`
`

/** What happens between two runs of a program. */
export interface Change {
  /** Acts on the folder of the program. */
  readonly at?: (folder: string) => void
  /** Environment variables, from then on. */
  readonly env?: Readonly<Record<string, string>>
}

/** A line of docs/noticed.md: a program that exports a persisted function `f`, and a change. */
export interface Line {
  /** The first cell of the line. */
  readonly change: string
  /** The files of the program, by path. In `main.mjs` the packages are imported, and there is a `funcname`. */
  readonly files: Readonly<Record<string, string>>
  readonly edit: Change
  /** Folders that other paths lead to. */
  readonly links?: Readonly<Record<string, string>>
}

/** Writes files. */
export function written(files: Readonly<Record<string, string>>): Change {
  return { at: (folder) => write(folder, files) }
}

/** Removes a file. */
export function removed(name: string): Change {
  return { at: (folder) => rmSync(join(folder, name)) }
}

/** Lets a path lead to another folder. */
export function linked(path: string, to: string): Change {
  return {
    at: (folder) => {
      rmSync(join(folder, path), { recursive: true, force: true })
      link(folder, path, to)
    },
  }
}

/** Gives a file another time, and no other content. */
export function touched(name: string): Change {
  return { at: (folder) => utimesSync(join(folder, name), 1_500_000_000, 1_500_000_000) }
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, name === 'main.mjs' ? AT_HAND + text : text)
  }
}

export function link(folder: string, path: string, to: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  symlinkSync(join(folder, to), join(folder, path), 'junction')
}
