import { OptionError } from '@persist/errors'

/**
 * The error for a file that cannot be read, and so cannot count: it is named, not skipped. Errors that are none of the file
 * system stay as they are.
 *
 * @param by the function of this package that reads.
 */
export function unreadable(error: unknown, by: 'code' | 'packages'): unknown {
  if (error instanceof OptionError || typeof (error as NodeJS.ErrnoException | null)?.code !== 'string') return error
  const failure = new OptionError(`${by}: a file cannot be read: ${(error as Error).message}`, { option: 'dependsOn' })
  failure.cause = error
  return failure
}
