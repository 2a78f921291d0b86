import { Command } from 'commander'
import { defineDelete } from './define/delete.ts'
import { defineInspect } from './define/inspect.ts'
import { waitTime } from './define/numbers.ts'
import { defineTransfer } from './define/transfer.ts'
import { EXIT, type ExitCode } from './errors/cli-error.ts'
import { Output } from './output/output.ts'
import { type CommonOptions, Session } from './session/session.ts'
import { WAIT_MS } from './stores/stores.ts'
import { VERSION } from './version.ts'

type Outcome = ExitCode | void

/** The command line. `done` is called with the exit code of each command. `silent`: the caller prints errors. */
export function createProgram(
  done: (code: ExitCode) => void,
  { silent = false }: { readonly silent?: boolean } = {},
): Command {
  const program = new Command('persist')
  // Before the commands are defined, which inherit both.
  program.exitOverride()
  program.configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'persist: ')),
    ...(silent && { writeErr: () => {} }),
  })
  program
    .description('Show, prune, check, copy and export caches of @persist.')
    .version(VERSION)
    .option('-c, --cache <url>', 'the cache: a folder, or a URL (default: PERSIST_CACHE, or file://persist)')
    .option('--store <module>', 'a module that registers a store, or exports one: store://, or store://<export>')
    .option('--timeout <time>', `how long to wait for an answer of a server (default: ${WAIT_MS / 1000}s)`, waitTime)
    .option('--json', 'answer with one JSON document; errors are JSON too')
    .option('--no-color', 'no colors; so does NO_COLOR')
    .option('-y, --yes', 'do not ask before something is deleted')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', EPILOGUE)

  /** Runs a command in its own session. */
  const run =
    <Args extends unknown[]>(act: (session: Session, ...args: Args) => Promise<Outcome>) =>
    async (...args: unknown[]): Promise<void> => {
      const options = program.opts<CommonOptions>()
      const output = new Output({ json: options.json === true, color: options.color }, process)
      const session = new Session(options, output, process.env)
      try {
        await session.begin()
        // The last argument is commander's own object.
        done((await act(session, ...(args.slice(0, -1) as Args))) ?? EXIT.fine)
      } finally {
        await session.close()
      }
    }

  defineInspect(program, run)
  defineDelete(program, run)
  defineTransfer(program, run)
  program
    .command('completion')
    .description('print the script that completes commands: source <(persist completion bash)')
    .argument('<shell>', 'bash, zsh, fish or powershell')
    .action(
      run(async (session, shell: string) => (await import('./commands/completion.ts')).printScript(session, shell)),
    )

  return program
}

const EPILOGUE = `
Examples:
  persist ls                             functions in ./persist
  persist show double --args "[3]"       one entry, by the arguments of its call
  persist -c mongodb://localhost/app stats
  persist copy file://persist mongodb://localhost/app --check
  persist export all.ndjson.gz && persist -c ./other import all.ndjson.gz
  persist prune --keep-stale 7d          delete what expired over a week ago
  persist --timeout 30s -c redis://far ls
  persist serve                          the cache on a web page

Environment:
  PERSIST_CACHE    the cache if --cache is not given
  PERSIST_SECRET   the secret of a folder whose entries are sealed with one
  PERSIST_ENCRYPT  the keys of the option encrypt, separated by commas

Exit codes:
  0    done
  1    no such cache, function or entry; damage found; not everything done
  2    the command line is wrong, or a package is missing
  3    the store cannot be used
  4    a file, standard output or a port cannot be used
  130  stopped with Ctrl-C`
