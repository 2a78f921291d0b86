import type { Command } from 'commander'
import type { AdoptOptions } from '../commands/adopt.ts'
import type { PruneOptions } from '../commands/prune.ts'
import { byteCount, timeSpan, wholeNumber } from './numbers.ts'
import { argsOption, FUNCTIONS, type Run } from './options.ts'

/** Defines the commands that change entries: `rm`, `clear`, `prune`, `verify`, `adopt`. */
export function defineDelete(program: Command, run: Run): void {
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
    .option('--all', 'clear all functions')
    .action(
      run(async (session, named: string[], options: { all?: boolean }) =>
        (await import('../commands/clear.ts')).clear(session, named, options),
      ),
    )

  program
    .command('prune')
    .description('delete expired entries that may not be served stale anymore, then down to limits')
    .argument(...FUNCTIONS)
    .option('--max-entries <n>', 'keep at most n entries of each function, the most recently used', wholeNumber)
    .option('--max-bytes <size>', 'keep at most this size of each function, such as 500MB', byteCount)
    .option('--keep-stale <time>', 'keep entries that expired less than this time ago: 12h, 7d', timeSpan)
    .action(
      run(async (session, named: string[], options: PruneOptions) =>
        (await import('../commands/prune.ts')).prune(session, named, options),
      ),
    )

  program
    .command('adopt')
    .description('keep results that an earlier version of the code computed')
    .argument('<funcname>', 'the function')
    .option('--from <module>', 'the module that persists it (default: the version that a program used last)')
    .option('--take <version>', 'the version whose results to keep, as ls shows it; all: of every version')
    .action(
      run(async (session, funcname: string, options: AdoptOptions) =>
        (await import('../commands/adopt.ts')).adopt(session, funcname, options),
      ),
    )

  program
    .command('verify')
    .description('read and check every entry')
    .argument(...FUNCTIONS)
    .option('--repair', 'put damaged entries in quarantine')
    .option('--quarantine <file>', 'the file for entries that the store itself cannot quarantine')
    .action(
      run(async (session, named: string[], options: { repair?: boolean; quarantine?: string }) =>
        (await import('../commands/verify.ts')).verify(session, named, options),
      ),
    )
}
