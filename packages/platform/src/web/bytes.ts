import type { TextEncoding } from '../platform.ts'

/** ES2026. */
interface Coding {
  toBase64?(options: { alphabet: 'base64' | 'base64url'; omitPadding: boolean }): string
  setFromBase64?(base64: string, options: { lastChunkHandling: 'strict' }): { written: number }
}

/** How many characters `String.fromCharCode` makes at once: each is an argument. */
const AT_ONCE = 8192
/** The bytes of 1.3 million characters, and no padding. */
const ENCODED_AT_ONCE = 3 * 327_680

export function viewOf(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array {
  return new Uint8Array(buffer, offset, length)
}

export function newBytes(length: number): Uint8Array {
  return new Uint8Array(length)
}

export function bytesToString(bytes: Uint8Array, encoding: TextEncoding): string {
  if (encoding === 'hex') {
    let digits = ''
    for (const byte of bytes) digits += byte.toString(16).padStart(2, '0')
    return digits
  }
  const base64 = (bytes as Coding).toBase64?.({ alphabet: 'base64', omitPadding: false }) ?? encode(bytes)
  return encoding === 'base64' ? base64 : base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function encode(bytes: Uint8Array): string {
  let base64 = ''
  for (let at = 0; at < bytes.length; at += ENCODED_AT_ONCE)
    base64 += btoa(oneCharacterEach(bytes.subarray(at, at + ENCODED_AT_ONCE)))
  return base64
}

function oneCharacterEach(bytes: Uint8Array): string {
  let characters = ''
  for (let at = 0; at < bytes.length; at += AT_ONCE)
    characters += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE))
  return characters
}

export function writeBase64(bytes: Uint8Array, base64: string): number {
  // Both would skip white space.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return 0
  const { setFromBase64 } = bytes as Coding
  if (setFromBase64 !== undefined)
    // Not strict, as in Node: the last character may have bits that no byte shows.
    return setFromBase64.call(bytes, base64, { lastChunkHandling: 'loose' } as never).written
  const characters = atob(base64)
  for (let at = 0; at < characters.length; at++) bytes[at] = characters.charCodeAt(at)
  return characters.length
}

export function utf8Bytes(string: string): Uint8Array {
  return new TextEncoder().encode(string)
}

export function utf8Length(string: string): number {
  let length = string.length
  for (let at = 0; at < string.length; at++) {
    const unit = string.charCodeAt(at)
    if (unit < 0x80) continue
    if (unit < 0x800) length++
    // Half of a pair becomes a replacement character of three bytes, a pair four bytes.
    else if (unit < 0xd800 || unit > 0xdbff || !isLowSurrogate(string.charCodeAt(at + 1))) length += 2
    else {
      length += 2
      at++
    }
  }
  return length
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

export function writeUtf8(bytes: Uint8Array, string: string): void {
  new TextEncoder().encodeInto(string, bytes)
}

export function utf8String(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(unshared(bytes))
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(unshared(bytes))
    return true
  } catch {
    return false
  }
}

/** The decoder of a page refuses bytes that are shared between threads. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes)
}

/** Keeps halves of surrogate pairs, which a decoder would replace. */
export function utf16String(bytes: Uint8Array): string {
  let string = ''
  for (let at = 0; at + 1 < bytes.length; at += 2 * AT_ONCE) {
    const units: number[] = []
    for (let unit = at; unit + 1 < bytes.length && unit < at + 2 * AT_ONCE; unit += 2)
      units.push(bytes[unit]! | (bytes[unit + 1]! << 8))
    string += String.fromCharCode(...units)
  }
  return string
}
