import type { TextEncoding } from '../platform.ts'

export function viewOf(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array {
  return Buffer.from(buffer as ArrayBuffer, offset, length)
}

export function newBytes(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length)
}

export function bytesToString(bytes: Uint8Array, encoding: TextEncoding): string {
  return asBuffer(bytes).toString(encoding)
}

export function writeBase64(bytes: Uint8Array, base64: string): number {
  return asBuffer(bytes).write(base64, 'base64')
}

export function utf8Length(string: string): number {
  return Buffer.byteLength(string)
}

export function utf8Bytes(string: string): Uint8Array {
  return Buffer.from(string)
}

export function writeUtf8(bytes: Uint8Array, string: string): void {
  asBuffer(bytes).write(string)
}

export function utf8String(bytes: Uint8Array): string {
  return asBuffer(bytes).toString()
}

export function utf16String(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf16le')
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
