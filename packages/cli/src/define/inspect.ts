import type { Command } from 'commander'
import { portNumber, wholeNumber } from './numbers.ts'
import { argsOption, FUNCTIONS, type Run } from './options.ts'

/** Adds the commands that change nothing. */
export function addInspectCommands(program: Command, run: Run): void {
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
    .option('--limit <n>', 'list at most so many; 0: all', wholeNumber, 100)
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
    .description('the value of an entry, and nothing else')
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
    .command('stats')
    .description('a summary of a cache: sizes, ages, computing time')
    .argument(...FUNCTIONS)
    .action(run(async (session, named: string[]) => (await import('../commands/stats.ts')).stats(session, named)))

  program
    .command('serve')
    .description('a web page that shows a cache, on this machine only')
    .argument(...FUNCTIONS)
    .option('-p, --port <n>', 'the port; 0: any free port', portNumber, 0)
    .option('--readonly', 'delete nothing on the page')
    .action(
      run(async (session, named: string[], options: { port: number; readonly?: boolean }) =>
        (await import('../commands/serve.ts')).serve(session, named, options),
      ),
    )
}
