import type { Command } from 'commander'
import type { Winner } from '../transfer/winner.ts'
import { functionOption, type Run, winnerOption } from './options.ts'

/** Adds the commands that transfer entries. */
export function addTransferCommands(program: Command, run: Run): void {
  program
    .command('copy')
    .description('copy entries from one store into another; continues a copy that was stopped')
    .argument('<from>', 'a cache')
    .argument('<to>', 'a cache')
    .addOption(functionOption())
    .addOption(winnerOption())
    .option('--check', 'read everything again after the copy, and compare')
    .action(
      run(
        async (session, from: string, to: string, options: { function?: string[]; winner: Winner; check?: boolean }) =>
          (await import('../commands/copy.ts')).copy(session, from, to, options),
      ),
    )

  program
    .command('export')
    .description('write all entries into one file (NDJSON, or .gz)')
    .argument('[file]', 'the file; - is standard output', '-')
    .addOption(functionOption())
    .action(
      run(async (session, file: string, options: { function?: string[] }) =>
        (await import('../commands/export.ts')).exportEntries(session, file, options),
      ),
    )

  program
    .command('import')
    .description('read the entries of an exported file')
    .argument('[file]', 'the file; - is standard input', '-')
    .addOption(winnerOption())
    .action(
      run(async (session, file: string, options: { winner: Winner }) =>
        (await import('../commands/import.ts')).importEntries(session, file, options),
      ),
    )
}
