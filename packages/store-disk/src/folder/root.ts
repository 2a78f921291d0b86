import { StoreError } from '@persist/errors'
import { errorCode, makeFile, READ_FLAGS, writeFully } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { ROOT_FILES } from './layout.ts'
import { makeFolders } from './make-folders.ts'
import { makeOwnFolder } from './own-folder.ts'

/** The format that this code reads and writes. A change that older code would misread makes it 2. */
export const FORMAT = 1

/** Concerns this process, or the space on the disk, and not the folder. */
const OTHER_TROUBLE = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT'])

const [FORMAT_FILE, ...MARKS] = ROOT_FILES
const LONGEST_FORMAT_FILE = 1024

const CONTENTS: Readonly<Record<(typeof ROOT_FILES)[number], string>> = {
  'persist.json': `${JSON.stringify({ format: FORMAT, about: 'Results kept by @persist. Safe to delete.' })}\n`,
  // https://bford.info/cachedir/: the first 43 bytes are the signature.
  'CACHEDIR.TAG':
    'Signature: 8a477f597d28d172789f06886806bc55\n# Results kept by @persist. See https://bford.info/cachedir/\n',
  '.gitignore': '*\n',
}

/** The store's folder: its format is checked once, and it is made on the first write. */
export class Root {
  readonly #options: ResolvedOptions
  #checked = false
  /** The folder was to be made, and could not. */
  #refused = false

  constructor(options: ResolvedOptions) {
    this.#options = options
  }

  /** Throws for a folder of another format, and for one that cannot be used. `false`: there is no folder yet. */
  check(): boolean {
    if (this.#checked) return true
    const format = this.#usable(() => this.#format())
    if (format === undefined) return this.#options.fs.existsSync(this.#options.dir)
    if (format !== FORMAT) throw otherFormat(this.#options.dir, format)
    this.#checked = true
    return true
  }

  /** Makes the folder and what marks it. */
  make(): void {
    const { fs, dir, layout } = this.#options
    if (!this.#checked && !(this.check() && this.#checked)) {
      this.#refused = true
      const isNew = this.#usable(() => makeFolders(fs, dir))
      this.#refused = false
      // A folder that holds other people's files is theirs: a `.gitignore` or a tag would hide those.
      const ours = isNew || fs.readdirSync(dir).length === 0
      // The format comes last: where it is, the rest is there too.
      for (const name of ours ? MARKS : []) this.#create(name, CONTENTS[name])
      this.#create(FORMAT_FILE, CONTENTS[FORMAT_FILE])
      this.check()
    }
    makeOwnFolder(this.#options, layout.work)
  }

  /** Whether anything was ever written here. */
  isMade(): boolean {
    return this.#options.fs.existsSync(this.#options.layout.work)
  }

  /** Whether the folder has a file of a store's own. */
  exists(): boolean {
    return this.isMade() || this.#options.fs.existsSync(this.#options.layout.root + FORMAT_FILE)
  }

  /** After a failed call: throws if the folder as a whole cannot be used any more. */
  recheck(): void {
    if (!this.#checked) return
    this.forget()
    this.check()
  }

  /** Whether the folder can be used again, if it could not; fails as {@link check} and {@link make} do. */
  probe(): void {
    this.forget()
    if (this.#refused) this.make()
    else this.check()
  }

  /** Look again before the next use: something that was there is not any more. */
  forget(): void {
    this.#checked = false
  }

  #create(name: string, text: string): void {
    const { fs, layout } = this.#options
    try {
      makeFile(fs, layout.root + name, (fd) => writeFully(fs, fd, Buffer.from(text)))
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }

  /** What fails here fails for all that is in the folder; but not for want of memory or of files, which passes. */
  #usable<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const code = errorCode(error)
      if (code === undefined || OTHER_TROUBLE.has(code)) throw error
      const { dir } = this.#options
      const reason = `the folder ${dir} cannot be used: ${(error as Error).message}`
      throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', reason, { store: dir }, { cause: error })
    }
  }

  /** `undefined`: no folder, or one whose format file is missing, or not written yet. */
  #format(): unknown {
    const { fs, layout } = this.#options
    let fd: number
    try {
      fd = openOwn(fs, layout.root + FORMAT_FILE, READ_FLAGS)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
    try {
      const bytes = Buffer.alloc(LONGEST_FORMAT_FILE)
      const length = fs.readSync(fd, bytes, 0, bytes.length, 0)
      return formatIn(bytes.toString('utf8', 0, length))
    } finally {
      fs.closeSync(fd)
    }
  }
}

/** A text that a crash has cut off has no format, and is not of another one. */
function formatIn(text: string): unknown {
  try {
    const content = JSON.parse(text) as { format?: unknown } | null
    return content?.format ?? 'unknown'
  } catch {
    return undefined
  }
}

function otherFormat(dir: string, format: unknown): StoreError {
  return new StoreError(
    'ERR_PERSIST_STORE_FORMAT',
    `the folder ${dir} has format ${format}, and this version of @persist/store-disk knows format ${FORMAT}. ` +
      'It was not touched: update the package, or use another folder',
    { store: dir },
  )
}
