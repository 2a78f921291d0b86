import { promises, readFileSync as readFileNow } from 'node:fs'
import { digestOf } from '../files/digest.ts'
import { type PathLike, Read } from './record.ts'

/** How a file is decoded. */
type Text = BufferEncoding | { readonly encoding: BufferEncoding; readonly signal?: AbortSignal | undefined }
type Bytes = { readonly encoding?: null | undefined; readonly signal?: AbortSignal | undefined } | null

/**
 * Reads a file, as `readFile` of `node:fs/promises`. In a function with `trace: true` the content becomes an input of the
 * result: when the file has other content, or is gone, the stored result is not served. So is a file that is missing.
 *
 * @throws the error of `node:fs`.
 *
 * @example
 * ```ts
 * const page = persist(async (path: string) => (await readFile(path, 'utf8')).trim(), { funcname: 'page', trace: true })
 * ```
 */
export async function readFile(path: PathLike, options: Text): Promise<string>
export async function readFile(path: PathLike, options?: Bytes): Promise<Buffer>
export async function readFile(path: PathLike, options?: Text | Bytes): Promise<string | Buffer> {
  const read = new Read(path)
  const { encoding, signal } = settingsOf(options)
  return read.until(async () => {
    let content: Buffer
    try {
      content = await promises.readFile(read.path, { signal })
    } catch (error) {
      throw read.failed(error)
    }
    return decoded(read, content, encoding)
  })
}

/** Reads a file, as `readFileSync` of `node:fs`. It is recorded as by {@link readFile}. */
export function readFileSync(path: PathLike, options: Exclude<Text, { signal?: AbortSignal }>): string
export function readFileSync(path: PathLike, options?: Bytes): Buffer
export function readFileSync(path: PathLike, options?: Text | Bytes): string | Buffer {
  const read = new Read(path)
  let content: Buffer
  try {
    content = readFileNow(read.path)
  } catch (error) {
    throw read.failed(error)
  }
  return decoded(read, content, settingsOf(options).encoding)
}

function settingsOf(options: Text | Bytes | undefined) {
  return typeof options === 'string' ? { encoding: options, signal: undefined } : { ...options }
}

function decoded(read: Read, content: Buffer, encoding: BufferEncoding | null | undefined): string | Buffer {
  if (read.isTraced) read.saw('file', digestOf(content))
  return encoding === undefined || encoding === null ? content : content.toString(encoding)
}
