import { closeStores } from '@persist/core'
import { PersistError } from '@persist/errors'
import { CommanderError } from 'commander'
import { withDashedHashes } from './dashed-hashes.ts'
import { EXIT, type ExitCode, Refusal } from './exit.ts'
import { harmless } from './output.ts'
import { createProgram } from './program.ts'

const USAGE_CODES = new Set(['ERR_PERSIST_OPTION', 'ERR_PERSIST_UNKNOWN_STORE', 'ERR_PERSIST_HASH', 'ERR_PERSIST_KEY'])

process.exitCode = await main(process.argv)

async function main(argv: readonly string[]): Promise<ExitCode> {
  // `persist ls | head`: whoever reads has read enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.fine)
    throw error
  })
  let code: ExitCode = EXIT.fine
  const program = createProgram((ended) => {
    code = ended
  })
  for (const command of [program, ...program.commands]) command.exitOverride()
  try {
    if (argv[2] === 'complete') await (await import('./commands/completion.ts')).complete(program, argv.slice(3))
    else await program.parseAsync(withDashedHashes(argv.slice(2)), { from: 'user' })
    return code
  } catch (error) {
    return failed(error, argv.includes('--json'))
  } finally {
    await closeStores()
  }
}

/** Says what went wrong on one line, and with `--json` as JSON. */
function failed(error: unknown, json: boolean): ExitCode {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage
  const { message } = error as Error
  const code = error instanceof PersistError ? error.code : undefined
  const line = json ? JSON.stringify({ error: { message, ...(code && { code }) } }) : `persist: ${harmless(message)}`
  process.stderr.write(`${line}\n`)
  if (process.env.PERSIST_DEBUG) console.error(error)
  if (error instanceof Refusal) return error.exitCode
  return code !== undefined && USAGE_CODES.has(code) ? EXIT.usage : EXIT.store
}
