/** What the command's exit code says. */
export const EXIT = {
  /** Done. */
  fine: 0,
  /** Done, and the answer is no: no such entry, damage found, not all copied, the question was answered with no. */
  no: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** The store cannot be reached, opened or used. */
  store: 3,
  /** Stopped with Ctrl-C; what was done is done. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with a message and an exit code, without a stack trace. */
export class Refusal extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message)
    this.exitCode = exitCode
  }
}
