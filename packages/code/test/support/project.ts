import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CodeOptions, code } from '@persist/code'
import type { DependencyState } from '@persist/core'
import { afterAll } from 'vitest'

const made: string[] = []

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The files of a program by their paths. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** A program in a new folder, gone after the tests of the file. */
export class Project {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'persist-code-test-')))

  constructor(files: Files) {
    made.push(this.folder)
    this.write(files)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true })
      writeFileSync(this.path(name), content)
    }
  }

  /** Sets the times of files to years ago, so that a manifest may trust them. */
  age(names: readonly string[]): void {
    for (const name of names) utimesSync(this.path(name), 1_500_000_000, 1_500_000_000)
  }

  read(entry: string, options: CodeOptions = {}): DependencyState {
    return code(this.path(entry), { manifest: false, ...options }).read()
  }

  /** The names of the parts, without that of the test that called `code`. */
  names(entry: string, options: CodeOptions = {}): string[] {
    return this.read(entry, options).parts.map(({ name }) => name)
  }
}
