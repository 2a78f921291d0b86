import { hash as digest } from 'node:crypto'
import { lookAgain, type Silence, silentFor } from '@persist/store/kit'
import { APPEND_FLAGS, errorCode, makeFile, READ_FLAGS, writeFully } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import { unlinkQuietly } from '../files/removal.ts'
import { isSilences } from '../folder/layout.ts'
import { isOwnFolder } from '../folder/own-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

// One line for a token that did not change between looks of this machine, all times in milliseconds of its boot clock:
//
//   k3x9q2m1p0aaaaaa 11520430 11550430 2      digest of name and stamp, first look, last look that counted, looks that counted

const LINE = /^([\w-]{16}) (\d{1,15}) (\d{1,15}) (\d{1,3})$/
/** From here on the file starts again: some 400,000 lines. */
const LONGEST = 16 * 1024 * 1024
const LEAST_FLUSH_MS = 50
/** When a machine counts as gone for good; a file that goes too soon only makes processes wait longer. */
const KEPT_FOR = 7 * 24 * 3_600_000

/**
 * What the processes of this machine have seen of tokens that do not change, so that one which lives for a moment gives up
 * a holder that has died too. No two clocks are compared: the times are those of one boot clock, and a token whose stamp
 * is another one counts as never seen. Without a boot clock each process watches for itself.
 */
export class Silences {
  readonly #options: ResolvedOptions
  #known: Map<string, Silence> | undefined
  #unwritten = ''
  #written = Number.NEGATIVE_INFINITY

  constructor(options: ResolvedOptions) {
    this.#options = options
  }

  /** For how long this machine has seen the token unchanged before this process did; for a holder that may be silent for `ms`. */
  before(name: string, stamp: string, ms: number): number {
    const now = this.#options.clock.shared?.now()
    if (now === undefined) return 0
    this.#known ??= this.#read()
    const key = digest('sha256', `${name} ${stamp}`, 'base64url').slice(0, 16)
    const known = this.#known.get(key)
    if (known !== undefined && now < known.looked) return 0
    const noted = lookAgain(known, now, ms)
    if (noted !== undefined) this.#note(key, noted)
    return silentFor((noted ?? known)!, now)
  }

  /** Writes what was not written yet. Fails quietly: then processes are only more patient. */
  flush(): void {
    const text = this.#unwritten
    this.#unwritten = ''
    if (text === '') return
    this.#written = this.#options.clock.monotonic()
    try {
      this.#append(Buffer.from(text))
    } catch {}
  }

  /** The same, unless something was written a moment ago. The process may be killed soon; but it may look at many. */
  flushIfDue(): void {
    if (this.#unwritten !== '' && this.#options.clock.monotonic() - this.#written >= LEAST_FLUSH_MS) this.flush()
  }

  #note(key: string, silence: Silence): void {
    const { since, looked, looks } = silence
    this.#known!.set(key, silence)
    this.#unwritten += `${key} ${since} ${looked} ${looks}\n`
  }

  #path(): string {
    return this.#options.layout.silences(this.#options.clock.shared!.boot)
  }

  /** Several lines of one token are one silence: all of them saw the same stamp. */
  #read(): Map<string, Silence> {
    const known = new Map<string, Silence>()
    for (const line of this.#text().split('\n')) {
      const [, key, ...numbers] = LINE.exec(line) ?? []
      if (key === undefined) continue
      const [since, looked, looks] = numbers.map(Number) as [number, number, number]
      const other = known.get(key) ?? { since, looked, looks }
      known.set(key, {
        since: Math.min(since, other.since),
        looked: Math.max(looked, other.looked),
        looks: Math.max(looks, other.looks),
      })
    }
    return known
  }

  #text(): string {
    const { fs } = this.#options
    try {
      const fd = openOwn(fs, this.#path(), READ_FLAGS)
      try {
        const { size } = fs.fstatSync(fd)
        if (size > LONGEST) unlinkQuietly(this.#options, this.#path())
        const bytes = Buffer.alloc(size > LONGEST ? 0 : size)
        return bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, bytes.length, 0))
      } finally {
        fs.closeSync(fd)
      }
    } catch {
      return ''
    }
  }

  #append(bytes: Uint8Array): void {
    const { fs } = this.#options
    if (!isOwnFolder(fs, this.#options.layout.work)) return
    try {
      const fd = openOwn(fs, this.#path(), APPEND_FLAGS)
      try {
        writeFully(fs, fd, bytes)
      } finally {
        fs.closeSync(fd)
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      makeFile(fs, this.#path(), (fd) => writeFully(fs, fd, bytes))
      this.#removeOld()
    }
  }

  /** The files of machines that have ended, or started again, since. */
  #removeOld(): void {
    const { fs, layout, clock } = this.#options
    for (const name of fs.readdirSync(layout.work)) {
      if (!isSilences(name)) continue
      const stat = fs.lstatSync(layout.work + name, { throwIfNoEntry: false })
      if (stat?.isFile() && clock.now() - stat.mtimeMs > KEPT_FOR) unlinkQuietly(this.#options, layout.work + name)
    }
  }
}
