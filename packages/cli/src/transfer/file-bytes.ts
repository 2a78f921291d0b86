import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip } from 'node:zlib'

/** The bytes of a file, or of standard input for `-`. A gzip file is unpacked, under any name. */
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

/** A file that was cut off gives all its content: the last line of an export shows whether it is complete. */
function unpacked(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  // A failure on the way reaches the reader of the last stream.
  pipeline(Readable.from(bytes), gunzip).catch(() => {})
  return gunzip
}
