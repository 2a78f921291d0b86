import { AsyncLocalStorage } from 'node:async_hooks'
import { withDashedHashes } from '../../../packages/cli/src/define/dashed-hashes.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../../../packages/cli/src/errors/cli-error.ts'
import { createProgram } from '../../../packages/cli/src/program.ts'
import { COMMAND, execute } from '../../../packages/cli/test/support/command.ts'

/** The result of a command. */
export interface Outcome {
  readonly code: number | string
  readonly stdout: string
  /** The messages of the command: standard error, or the error that it threw. */
  readonly said: string
  /** The standard error of a process. */
  readonly stderr?: string
}

/** Runs a command with these arguments. */
export type RunCommand = (args: readonly string[]) => Promise<Outcome>

interface Printed {
  readonly stdout: Buffer[]
  readonly stderr: Buffer[]
}

const printing = new AsyncLocalStorage<Printed>()

// Several commands print at the same time in one process: each gets its own output.
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name]
  const write = stream.write.bind(stream)
  stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
    const printed = printing.getStore()
    if (printed === undefined) return write(chunk as string, ...rest)
    printed[name].push(Buffer.from(chunk as string))
    const done = rest.at(-1) as undefined | (() => void)
    if (done !== undefined) setImmediate(done)
    return true
  }) as typeof write
}

/** Runs a command as a function of this process. */
export const commandHere: RunCommand = async (args) => {
  let code: ExitCode = EXIT.fine
  let thrown = ''
  const printed: Printed = { stdout: [], stderr: [] }
  const ended = (exitCode: ExitCode) => {
    code = exitCode
  }
  await printing.run(printed, async () => {
    try {
      await createProgram(ended, { silent: true }).parseAsync(withDashedHashes(args), { from: 'user' })
    } catch (error) {
      code = exitCodeOf(error)
      thrown = String((error as Error).stack)
    }
  })
  const [stdout, stderr] = [printed.stdout, printed.stderr].map((chunks) => Buffer.concat(chunks).toString())
  return { code, stdout: stdout!, said: `${stderr}${thrown}` }
}

/** Runs the built command as a process whose clock stands at `now()`. */
export function commandInProcess(now: () => number): RunCommand {
  return async (args) => {
    const clock = `data:text/javascript,Date.now=()=>${now()}`
    const { code, stdout, stderr } = await execute(process.execPath, ['--import', clock, COMMAND, ...args])
    return { code, stdout, said: stderr, stderr }
  }
}
