/** A default hash that begins with a dash, as one in 64 does. No option is this long. */
const DASHED_HASH = /^-[A-Za-z0-9_-]{42}(?:~[A-Za-z0-9_-]{16})?$/

/** The arguments with such hashes moved after `--`, where they are not read as options. */
export function withDashedHashes(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const before = args.slice(0, end)
  const hashes = before.filter((arg) => DASHED_HASH.test(arg))
  if (hashes.length === 0) return [...args]
  return [...before.filter((arg) => !DASHED_HASH.test(arg)), '--', ...hashes, ...args.slice(end + 1)]
}
