import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { sha256 } from '@persist/hash'
import { canonicalArguments } from '@persist/key'

const HEADER = /"bytes":(\d+).*?"hash":"([^"]*)","createdAt":(\d+)/
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * The steps of a hit that trusts nothing: key, hash, one read, checksum, header, payload. Without errors, options and a
 * store, this is the lower bound for a hit on disk.
 */
export function straightHit(folder: string, args: readonly unknown[]): unknown {
  const hash = sha256(canonicalArguments(args))
  const fd = openSync(`${folder}/${hash}.entry`, 'r')
  const length = readSync(fd, buffer, 0, buffer.length, 0)
  closeSync(fd)
  const text = buffer.toString('latin1', 0, length)
  const start = text.indexOf('\n') + 1
  const header = HEADER.exec(text)
  if (crc32(buffer.subarray(30, length)) === 0 || header?.[2] !== hash) throw new Error('damaged')
  return JSON.parse(text.slice(start)).json
}
