import { Command, InvalidArgumentError, Option } from 'commander'
import { EXIT, type ExitCode } from './exit.ts'
import { Output } from './output.ts'
import { type CommonOptions, Session } from './session.ts'
import type { Winner } from './transfer/transfer.ts'
import { VERSION } from './version.ts'

type Outcome = ExitCode | void

/** The command line. `done` is told each command's exit code. */
export function createProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('persist')
  program
    .description('Look at caches of @persist, tidy, check, copy and export them.')
    .version(VERSION)
    .option('-c, --cache <url>', 'the cache: a folder, or a URL (default: PERSIST_CACHE, or file://persist)')
    .option('--store <module>', 'a module that registers a store, or exports one: store://, or store://<export>')
    .option('--json', 'answer with one JSON document')
    .option('--no-color', 'no colours; also by NO_COLOR')
    .option('-y, --yes', 'do not ask before something is deleted')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', EPILOGUE)

  /** Runs a command in a session of its own. */
  const run =
    <Args extends unknown[]>(act: (session: Session, ...args: Args) => Promise<Outcome>) =>
    async (...args: unknown[]): Promise<void> => {
      const options = program.opts<CommonOptions>()
      const output = new Output({ json: options.json === true, color: options.color }, process)
      const session = new Session(options, output, process.env)
      try {
        await session.begin()
        // The last is commander's own object.
        done((await act(session, ...(args.slice(0, -1) as Args))) ?? EXIT.fine)
      } finally {
        await session.close()
      }
    }

  const functions = ['[funcname...]', 'functions; all where none is named'] as const
  const argsOption = () => new Option('--args <json>', 'name the entry by the arguments of its call, as a JSON array')
  const functionOption = () => new Option('-f, --function <funcname...>', 'only these functions')
  const winnerOption = () =>
    new Option(
      '--winner <which>',
      'where both have another entry under one hash: the newer one, the source’s, the target’s',
    )
      .choices(['newer', 'source', 'target'] satisfies Winner[])
      .default('newer' satisfies Winner)

  program
    .command('ls')
    .description('the functions of a cache: entries, bytes, ages, versions')
    .argument(...functions)
    .action(run(async (session, named: string[]) => (await import('./commands/ls.ts')).ls(session, named)))

  program
    .command('show')
    .description('the entries of a function, or one of them: key, value, metadata, times')
    .argument('<funcname>', 'the function')
    .argument('[hash]', 'the entry')
    .addOption(argsOption())
    .option('--limit <n>', 'list at most so many; 0: all', wholeNumber, 100)
    .action(
      run(async (session, funcname: string, hash: string | undefined, options: { args?: string; limit: number }) =>
        (await import('./commands/show.ts')).show(session, funcname, {
          ...options,
          hash,
          limit: options.limit || Infinity,
        }),
      ),
    )

  program
    .command('get')
    .description('the value of an entry, and nothing else')
    .argument('<funcname>', 'the function')
    .argument('[hash]', 'the entry')
    .addOption(argsOption())
    .option('--raw', 'exactly the bytes that the pickle gave')
    .action(
      run(async (session, funcname: string, hash: string | undefined, options: { args?: string; raw?: boolean }) =>
        (await import('./commands/get.ts')).get(session, funcname, { ...options, hash }),
      ),
    )

  program
    .command('rm')
    .description('delete entries')
    .argument('<funcname>', 'the function')
    .argument('[hash...]', 'the entries')
    .addOption(argsOption())
    .action(
      run(async (session, funcname: string, hashes: string[], options: { args?: string }) =>
        (await import('./commands/rm.ts')).rm(session, funcname, hashes, options),
      ),
    )

  program
    .command('clear')
    .description('delete all entries of functions')
    .argument('[funcname...]', 'the functions')
    .option('--all', 'of all functions')
    .action(
      run(async (session, named: string[], options: { all?: boolean }) =>
        (await import('./commands/clear.ts')).clear(session, named, options),
      ),
    )

  program
    .command('prune')
    .description('delete what has expired, then down to bounds')
    .argument(...functions)
    .option('--max-entries <n>', 'keep so many entries of each function, those that were used last', wholeNumber)
    .option('--max-bytes <n>', 'keep so many bytes of each function', wholeNumber)
    .action(
      run(async (session, named: string[], bounds: { maxEntries?: number; maxBytes?: number }) =>
        (await import('./commands/prune.ts')).prune(session, named, bounds),
      ),
    )

  program
    .command('verify')
    .description('read and check every entry')
    .argument(...functions)
    .option('--repair', 'put what is damaged in quarantine')
    .option('--quarantine <file>', 'where to put entries that a store cannot keep aside itself')
    .action(
      run(async (session, named: string[], options: { repair?: boolean; quarantine?: string }) =>
        (await import('./commands/verify.ts')).verify(session, named, options),
      ),
    )

  program
    .command('stats')
    .description('a cache as a whole: sizes, ages, computing time')
    .argument(...functions)
    .action(run(async (session, named: string[]) => (await import('./commands/stats.ts')).stats(session, named)))

  program
    .command('copy')
    .description('copy entries from one store into another; goes on where it was stopped')
    .argument('<from>', 'a cache')
    .argument('<to>', 'a cache')
    .addOption(functionOption())
    .addOption(winnerOption())
    .option('--check', 'read everything again afterwards, and compare')
    .action(
      run(
        async (session, from: string, to: string, options: { function?: string[]; winner: Winner; check?: boolean }) =>
          (await import('./commands/copy.ts')).copy(session, from, to, options),
      ),
    )

  program
    .command('export')
    .description('write all entries into one file (NDJSON, or .gz)')
    .argument('[file]', 'the file; - is standard output', '-')
    .addOption(functionOption())
    .action(
      run(async (session, file: string, options: { function?: string[] }) =>
        (await import('./commands/export.ts')).exportEntries(session, file, options),
      ),
    )

  program
    .command('import')
    .description('read the entries of an exported file')
    .argument('[file]', 'the file; - is standard input', '-')
    .addOption(winnerOption())
    .action(
      run(async (session, file: string, options: { winner: Winner }) =>
        (await import('./commands/import.ts')).importEntries(session, file, options),
      ),
    )

  program
    .command('serve')
    .description('a page to look at a cache, on this machine only')
    .argument(...functions)
    .option('-p, --port <n>', 'the port; 0: any that is free', wholeNumber, 0)
    .option('--readonly', 'nothing can be deleted on the page')
    .action(
      run(async (session, named: string[], options: { port: number; readonly?: boolean }) =>
        (await import('./commands/serve.ts')).serve(session, named, options),
      ),
    )

  program
    .command('completion')
    .description('print the script that completes commands: source <(persist completion bash)')
    .argument('<shell>', 'bash, zsh, fish or powershell')
    .action(run(async (_, shell: string) => (await import('./commands/completion.ts')).printScript(shell)))

  return program
}

function wholeNumber(text: string): number {
  const number = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('It is no whole number.')
  return number
}

const EPILOGUE = `
Examples:
  persist ls                                   functions in ./persist
  persist show double --args "[3]"             one entry, by the arguments of its call
  persist -c mongodb://localhost/app stats     a cache in MongoDB
  persist copy file://persist mongodb://localhost/app --check
  persist export backup.ndjson.gz && persist -c ./other import backup.ndjson.gz
  persist serve                                the same on a page

Environment:
  PERSIST_CACHE    the cache, where --cache is not given
  PERSIST_SECRET   the secret of a folder whose entries are sealed with one

Exit codes:
  0 done    1 no such entry, damage, something refused    2 wrong usage    3 the store cannot be used    130 stopped`
