import { builtinModule } from '@persist/platform'

type Zlib = typeof import('node:zlib')

/** How payloads can be compressed. */
export type Compression = 'gzip' | 'brotli' | 'zstd'

/** The functions of one codec. `limit` bounds what decompression makes, in bytes. */
interface Codec {
  compress(bytes: Uint8Array): Uint8Array
  compressAsync(bytes: Uint8Array): Promise<Uint8Array>
  decompress(bytes: Uint8Array, limit: number): Uint8Array
  decompressAsync(bytes: Uint8Array, limit: number): Promise<Uint8Array>
}

type Sync = (bytes: Uint8Array, options: object) => Uint8Array
type Async = (bytes: Uint8Array, options: object, done: (error: Error | null, result: Uint8Array) => void) => void
type Functions = Readonly<Record<string, unknown>>

/** Brotli's default takes sixty times as long as gzip. This quality takes as long as gzip, and makes less. */
const BROTLI_QUALITY = 5

/** The functions of `node:zlib`, by codec. */
const NAMES = {
  gzip: ['gzip', 'gunzip'],
  brotli: ['brotliCompress', 'brotliDecompress'],
  zstd: ['zstdCompress', 'zstdDecompress'],
} as const satisfies Record<Compression, readonly [string, string]>

/** Whether this is the name of a compression, which this runtime may lack. */
export function isCompression(name: unknown): name is Compression {
  return typeof name === 'string' && Object.hasOwn(NAMES, name)
}

/** The codec; `undefined` if this runtime lacks it. Loads `node:zlib` when first called. */
export function codecOf(compression: Compression): Codec | undefined {
  const zlib = builtinModule('node:zlib') as Zlib | undefined
  const [compress, decompress] = NAMES[compression]
  const functions = zlib as unknown as Functions | undefined
  if (typeof functions?.[`${decompress}Sync`] !== 'function') return undefined
  const settings =
    compression === 'brotli' ? { params: { [zlib!.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } } : {}
  const sync = (name: string, bytes: Uint8Array, options: object) => (functions[`${name}Sync`] as Sync)(bytes, options)
  const async = (name: string, bytes: Uint8Array, options: object) =>
    new Promise<Uint8Array>((resolve, reject) => {
      ;(functions[name] as Async)(bytes, options, (error, result) => (error ? reject(error) : resolve(result)))
    })
  return {
    compress: (bytes) => sync(compress, bytes, settings),
    compressAsync: (bytes) => async(compress, bytes, settings),
    decompress: (bytes, limit) => sync(decompress, bytes, { maxOutputLength: limit }),
    decompressAsync: (bytes, limit) => async(decompress, bytes, { maxOutputLength: limit }),
  }
}
