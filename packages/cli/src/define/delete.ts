import type { Command } from 'commander'
import type { PruneOptions } from '../commands/prune.ts'
import { byteCount, timeSpan, wholeNumber } from './numbers.ts'
import { argsOption, FUNCTIONS, type Run } from './options.ts'

/** Adds the commands that delete. */
export function addDeleteCommands(program: Command, run: Run): void {
  program
    .command('rm')
    .description('delete entries')
    .argument('<funcname>', 'the function')
    .argument('[hash...]', 'the entries')
    .addOption(argsOption())
    .action(
      run(async (session, funcname: string, hashes: string[], options: { args?: string }) =>
        (await import('../commands/rm.ts')).rm(session, funcname, hashes, options),
      ),
    )

  program
    .command('clear')
    .description('delete all entries of functions')
    .argument('[funcname...]', 'the functions')
    .option('--all', 'of all functions')
    .action(
      run(async (session, named: string[], options: { all?: boolean }) =>
        (await import('../commands/clear.ts')).clear(session, named, options),
      ),
    )

  program
    .command('prune')
    .description('delete expired entries that may no longer be served stale, then down to bounds')
    .argument(...FUNCTIONS)
    .option('--max-entries <n>', 'keep at most so many entries of each function, the last used ones', wholeNumber)
    .option('--max-bytes <size>', 'keep at most so many bytes of each function, such as 500MB', byteCount)
    .option('--keep-stale <time>', 'keep entries that expired less than this time ago: 12h, 7d', timeSpan)
    .action(
      run(async (session, named: string[], options: PruneOptions) =>
        (await import('../commands/prune.ts')).prune(session, named, options),
      ),
    )

  program
    .command('verify')
    .description('read and check every entry')
    .argument(...FUNCTIONS)
    .option('--repair', 'put damaged entries in quarantine')
    .option('--quarantine <file>', 'the file for entries that the store cannot quarantine itself')
    .action(
      run(async (session, named: string[], options: { repair?: boolean; quarantine?: string }) =>
        (await import('../commands/verify.ts')).verify(session, named, options),
      ),
    )
}
