import { OptionError } from '@persist/errors'
import { type CodecSettings, DEFAULT_MAX_BYTES } from '../codecs/codec-settings.ts'
import { type Compression, codecOf } from '../codecs/compression.ts'
import { encryptionKeysOf } from '../codecs/encryption-key.ts'
import type { AnyOptions } from '../types/options.ts'

/**
 * How payloads are stored.
 *
 * @throws OptionError if this runtime lacks the codec, or a key is no key.
 */
export function codecSettingsOf({ compress, encrypt, maxBytes }: AnyOptions, namespace: string): CodecSettings {
  return {
    namespace,
    compression: compressionOf(compress),
    keys: encrypt === undefined ? undefined : encryptionKeysOf(encrypt),
    maxBytes: maxBytes ?? DEFAULT_MAX_BYTES,
  }
}

function compressionOf(compress: AnyOptions['compress']): Compression | undefined {
  if (compress === undefined || compress === false) return undefined
  const compression = compress === true ? 'gzip' : compress
  if (codecOf(compression) !== undefined) return compression
  const hint = compression === 'zstd' ? ', which Node has from 22.15 on; use gzip or brotli' : ''
  throw new OptionError(`this runtime lacks ${compression}${hint}`, { option: 'compress' })
}
