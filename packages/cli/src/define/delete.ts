import type { Command } from 'commander'
import type { PruneOptions } from '../commands/prune.ts'
import { byteCount, timeSpan, wholeNumber } from './numbers.ts'
import { argsOption, FUNCTIONS, type Run } from './options.ts'

/** Commands that delete. */
export function addChanging(program: Command, run: Run): void {
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
    .description('delete what has expired and may not be served stale any more, then down to bounds')
    .argument(...FUNCTIONS)
    .option('--max-entries <n>', 'keep so many entries of each function, those that were used last', wholeNumber)
    .option('--max-bytes <size>', 'keep so many bytes of each function; 500MB is one too', byteCount)
    .option('--keep-stale <time>', 'keep what expired less than so long ago: 12h, 7d', timeSpan)
    .action(
      run(async (session, named: string[], options: PruneOptions) =>
        (await import('../commands/prune.ts')).prune(session, named, options),
      ),
    )

  program
    .command('verify')
    .description('read and check every entry')
    .argument(...FUNCTIONS)
    .option('--repair', 'put what is damaged in quarantine')
    .option('--quarantine <file>', 'where to put entries that a store cannot keep aside itself')
    .action(
      run(async (session, named: string[], options: { repair?: boolean; quarantine?: string }) =>
        (await import('../commands/verify.ts')).verify(session, named, options),
      ),
    )
}
