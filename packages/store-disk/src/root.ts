import { join } from 'node:path'
import { StoreError } from '@persist/errors'
import { CREATE_FLAGS, errorCode, type FileSystem, READ_FLAGS, writeFully } from './file-system.ts'
import { ROOT_FILES, WORK_FOLDER } from './layout.ts'

/** The format that this code reads and writes. A change that older code would misread makes it 2. */
export const FORMAT = 1

const CONTENTS: Record<(typeof ROOT_FILES)[number], string> = {
  'persist.json': `${JSON.stringify({ format: FORMAT, about: 'Results kept by @persist. Safe to delete.' })}\n`,
  // https://bford.info/cachedir/: the first 43 bytes are the signature.
  'CACHEDIR.TAG':
    'Signature: 8a477f597d28d172789f06886806bc55\n# Results kept by @persist. See https://bford.info/cachedir/\n',
  '.gitignore': '*\n',
}

/** The store's folder: its format is checked once, and it is made on the first write. */
export class Root {
  readonly #fs: FileSystem
  readonly dir: string
  #checked = false

  constructor(fs: FileSystem, dir: string) {
    this.#fs = fs
    this.dir = dir
  }

  /** Throws for a folder of a newer format. `false`: there is no folder yet. */
  check(): boolean {
    if (this.#checked) return true
    const format = this.#format()
    if (format === undefined) return this.#fs.existsSync(this.dir)
    if (format !== FORMAT) {
      throw new StoreError(
        'ERR_PERSIST_STORE_FORMAT',
        `The folder ${this.dir} has format ${format}; this version of @persist/store-disk knows format ${FORMAT}. ` +
          'Nothing in it was touched. Update the package, or use another folder.',
        { store: this.dir },
      )
    }
    this.#checked = true
    return true
  }

  /** Makes the folder and what marks it. */
  make(): void {
    if (this.check() && this.#checked) {
      this.#fs.mkdirSync(join(this.dir, WORK_FOLDER), { recursive: true })
      return
    }
    // A folder that holds other people's files is theirs: a `.gitignore` or a tag would hide those.
    const ours = this.#fs.mkdirSync(this.dir, { recursive: true }) !== undefined || this.#isEmpty()
    for (const name of ours ? ROOT_FILES : ROOT_FILES.slice(0, 1)) this.#create(name)
    this.#fs.mkdirSync(join(this.dir, WORK_FOLDER), { recursive: true })
    this.check()
  }

  /** Look again before the next use: something that was there is not any more. */
  forget(): void {
    this.#checked = false
  }

  #isEmpty(): boolean {
    return this.#fs.readdirSync(this.dir).length === 0
  }

  #create(name: (typeof ROOT_FILES)[number]): void {
    try {
      const fd = this.#fs.openSync(join(this.dir, name), CREATE_FLAGS, 0o666)
      try {
        writeFully(this.#fs, fd, Buffer.from(CONTENTS[name]))
      } finally {
        this.#fs.closeSync(fd)
      }
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }

  #format(): unknown {
    let fd: number
    try {
      fd = this.#fs.openSync(join(this.dir, ROOT_FILES[0]), READ_FLAGS)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
    const bytes = Buffer.alloc(1024)
    try {
      const length = this.#fs.readSync(fd, bytes, 0, bytes.length, 0)
      const { format } = JSON.parse(bytes.toString('utf8', 0, length)) as { format?: unknown }
      return format ?? 'unknown'
    } catch (error) {
      // Being written at this moment, or cut off by a crash: not a folder of another format.
      if (error instanceof SyntaxError) return undefined
      throw error
    } finally {
      this.#fs.closeSync(fd)
    }
  }
}
