/** A default hash that begins with a dash, as one in 64 does. No option is so long. */
const DASHED_HASH = /^-[A-Za-z0-9_-]{42}$/

/** Moves such hashes after `--`, so that they are not parsed as options. */
export function withDashedHashes(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const before = args.slice(0, end)
  const hashes = before.filter((arg) => DASHED_HASH.test(arg))
  if (hashes.length === 0) return [...args]
  return [...before.filter((arg) => !DASHED_HASH.test(arg)), '--', ...hashes, ...args.slice(end + 1)]
}
