import { closeStores } from '@persist/core'
import type { PersistError } from '@persist/errors'
import { type Command, CommanderError } from 'commander'
import { withDashedHashes } from './define/dashed-hashes.ts'
import { EXIT, type ExitCode, exitCodeOf, ioError } from './errors/cli-error.ts'
import { escapeControls, jsonText } from './output/escape.ts'
import { watchStreams } from './output/streams.ts'
import { createProgram } from './program.ts'
import { isTooLong } from './transfer/export-format.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length).includes('--json')
  const streams = watchStreams(process)
  const code = await run(args, json)
  const failure = await streams.failure()
  return failure === undefined ? code : failed(ioError('standard output cannot be written', failure), json)
}

async function run(args: readonly string[], json: boolean): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine
  const ended = (exitCode: ExitCode) => {
    code = exitCode
  }
  try {
    const program = createProgram(ended, { silent: json })
    if (args[0] === 'complete') await (await import('./commands/completion.ts')).complete(program, args.slice(1))
    else await program.parseAsync(withDashedHashes(withoutVainHelp(program, args)), { from: 'user' })
    return code
  } catch (error) {
    return failed(error, json)
  } finally {
    await closeStores().catch(() => {})
  }
}

/** `help` for an unknown command would print the whole help, and not the name of the command that was probably meant. */
function withoutVainHelp(program: Command, args: readonly string[]): readonly string[] {
  const [help, name] = args
  if (help !== 'help' || name === undefined || name.startsWith('-') || name === 'help') return args
  return program.commands.some((command) => command.name() === name) ? args : [name]
}

/** Prints an error on one line, with `--json` as JSON. */
function failed(error: unknown, json: boolean): ExitCode {
  const exitCode = exitCodeOf(error)
  const isPrinted = error instanceof CommanderError && (exitCode === EXIT.fine || !json)
  if (!isPrinted) {
    const message = messageOf(error)
    const { code } = error as Partial<PersistError>
    const hasCode = typeof code === 'string' && code.startsWith('ERR_PERSIST_')
    const document = { error: { message, ...(hasCode && { code }), exitCode } }
    process.stderr.write(json ? `${jsonText(document)}\n` : `persist: ${escapeControls(message)}\n`)
  }
  if (process.env.PERSIST_DEBUG) console.error(error)
  return exitCode
}

function messageOf(error: unknown): string {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return 'which command? persist --help lists them'
    return error.message.replace(/^error: /, '')
  }
  const { code } = error as Partial<PersistError>
  const message = error instanceof Error ? error.message : String(error)
  // The other lines are advice for applications.
  if (code === 'ERR_PERSIST_STORE_NOT_INSTALLED') return message.split('\n')[0]!
  if (isTooLong(error)) {
    return 'the answer is longer than a string can be (512 MB): persist get --raw writes the bytes as they are'
  }
  return message
}
