import type { PersistError } from '@persist/errors'
import { CommanderError } from 'commander'

/** The exit codes of the command, as in the README and the help. */
export const EXIT = {
  /** Done. */
  fine: 0,
  /**
   * Done, and the answer is no: there is no such cache, function or entry, damage was found, not everything was copied, or
   * the user did not confirm.
   */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The store cannot be reached, opened or used. */
  store: 3,
  /** A file or standard output cannot be read or written, or a port cannot be used. The store is fine. */
  io: 4,
  /** Stopped with Ctrl-C. The changes up to then stay. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with a message and an exit code, without a stack trace. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message)
    this.exitCode = exitCode
  }
}

const USAGE_CODES = new Set([
  'ERR_PERSIST_OPTION',
  'ERR_PERSIST_UNKNOWN_STORE',
  'ERR_PERSIST_STORE_NOT_INSTALLED',
  'ERR_PERSIST_HASH',
  'ERR_PERSIST_KEY',
])

/** The exit code for an error that a command threw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage
  // The module that `--store` names may have its own copy of the class, so this checks the code.
  const { code } = error as Partial<PersistError>
  return code !== undefined && USAGE_CODES.has(code) ? EXIT.usage : EXIT.store
}

/** An error for a file or a port, with the reason of the system. */
export function ioError(what: string, error: unknown): CliError {
  return new CliError(`${what}: ${reasonOf(error)}`, EXIT.io)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
  EADDRINUSE: 'it is in use',
  EPIPE: 'its reader has ended',
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return (code !== undefined && REASONS[code]) || String(message ?? error)
}
