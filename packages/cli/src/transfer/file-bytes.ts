import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip } from 'node:zlib'

/** The bytes of a file, or of standard input for `-`. Unpacks gzip, which it knows by the content. */
export async function* fileBytes(file: string): AsyncGenerator<Buffer> {
  const source: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  const iterator = source[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) return
  const all = async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  if (isGzip(first.value)) yield* unpacked(all())
  else yield* all()
}

/** RFC 1952, section 2.3.1. */
function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Unpacks all that a truncated file contains. The last line of an export shows whether the file is complete. */
function unpacked(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  // The reader of the last stream gets the error.
  pipeline(Readable.from(bytes), gunzip).catch(() => {})
  return gunzip
}
