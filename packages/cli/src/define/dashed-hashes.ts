/** A default hash, of which one in 64 begins with a dash. No option is so long. */
const DASHED_HASH = /^-[A-Za-z0-9_-]{42}$/

/** The arguments with such hashes behind `--`, where they are not taken for options. */
export function withDashedHashes(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const before = args.slice(0, end)
  const hashes = before.filter((arg) => DASHED_HASH.test(arg))
  if (hashes.length === 0) return [...args]
  return [...before.filter((arg) => !DASHED_HASH.test(arg)), '--', ...hashes, ...args.slice(end + 1)]
}
