import { type Command, Option } from 'commander'
import { portNumber, wholeNumber } from './numbers.ts'
import { argsOption, FUNCTIONS, type Run } from './options.ts'

interface WhyOptions {
  readonly args?: string
  readonly from?: string
  readonly root?: string
}

/** Where the files are that traced functions have read. */
function rootOption(): Option {
  return new Option('--root <folder>', 'the folder to which traced paths are relative (default: that of package.json)')
}

/** Defines the commands that change nothing. */
export function defineInspect(program: Command, run: Run): void {
  program
    .command('ls')
    .description('the functions of a cache: entries, bytes, ages, versions')
    .argument(...FUNCTIONS)
    .action(run(async (session, named: string[]) => (await import('../commands/ls.ts')).ls(session, named)))

  program
    .command('show')
    .description('the entries of a function, or one of them: key, value, metadata, times')
    .argument('<funcname>', 'the function')
    .argument('[hash]', 'the entry')
    .addOption(argsOption())
    .option('--limit <n>', 'list at most n entries; 0: all', wholeNumber, 100)
    .action(
      run(async (session, funcname: string, hash: string | undefined, options: { args?: string; limit: number }) =>
        (await import('../commands/show.ts')).show(session, funcname, {
          ...options,
          hash,
          limit: options.limit || Infinity,
        }),
      ),
    )

  program
    .command('get')
    .description('only the value of an entry')
    .argument('<funcname>', 'the function')
    .argument('[hash]', 'the entry')
    .addOption(argsOption())
    .option('--raw', 'exactly the bytes that the pickle returned')
    .action(
      run(async (session, funcname: string, hash: string | undefined, options: { args?: string; raw?: boolean }) =>
        (await import('../commands/get.ts')).get(session, funcname, { ...options, hash }),
      ),
    )

  program
    .command('why')
    .description('why a call is computed: what has changed, or which stored call is nearest')
    .argument('<funcname>', 'the function')
    .argument('[hash]', 'the entry')
    .addOption(argsOption())
    .option('--from <module>', 'the module that persists the function (default: the code that a program used last)')
    .addOption(rootOption())
    .action(
      run(async (session, funcname: string, hash: string | undefined, options: WhyOptions) =>
        (await import('../commands/why.ts')).why(session, funcname, { ...options, hash }),
      ),
    )

  program
    .command('stats')
    .description('a cache as a whole: sizes, ages, computing time')
    .argument(...FUNCTIONS)
    .action(run(async (session, named: string[]) => (await import('../commands/stats.ts')).stats(session, named)))

  program
    .command('serve')
    .description('a web page that shows a cache, on this machine only')
    .argument(...FUNCTIONS)
    .option('-p, --port <n>', 'the port; 0: any free port', portNumber, 0)
    .option('--readonly', 'nothing can be deleted on the page')
    .addOption(rootOption())
    .action(
      run(async (session, named: string[], options: { port: number; readonly?: boolean; root?: string }) =>
        (await import('../commands/serve.ts')).serve(session, named, options),
      ),
    )
}
