import { StoreError } from '@persist/errors'
import { problemOf } from '../check-entry.ts'
import { confirm } from '../confirm.ts'
import { CliError, EXIT, type ExitCode } from '../exit.ts'
import { count, entries } from '../format.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import { type Finding, quarantineFindings } from '../quarantine.ts'
import type { Session } from '../session.ts'
import { countOf } from '../transfer/items.ts'

/** `persist verify`: reads every entry; with `--repair`, puts damaged entries in quarantine. */
export async function verify(
  session: Session,
  named: readonly string[],
  { repair = false, quarantine }: { readonly repair?: boolean; readonly quarantine?: string },
): Promise<ExitCode> {
  const { output } = session
  const { checked, foreign, findings } = await look(session, named)
  const repairable = findings.filter(({ kind }) => kind !== 'problem')
  let repaired = 0
  let replaced = 0
  if (repair && repairable.length > 0) {
    if (checked === 0 && session.env.PERSIST_SECRET) {
      throw new CliError('no entry can be read with this PERSIST_SECRET: is it the right one?', EXIT.no)
    }
    await confirm(session, `Put ${entries(repairable.length)} in quarantine?`)
    const file = quarantine ?? `persist-quarantine-${session.now()}.ndjson`
    const outcomes = await quarantineFindings(session, repairable, file)
    repaired = outcomes.filter((outcome) => outcome === 'quarantined').length
    replaced = outcomes.filter((outcome) => outcome === 'replaced').length
  }
  const json = { checked, foreign, repaired, replaced, findings: findings.map(({ entry: _, ...finding }) => finding) }
  await output.answer(json, () => {
    const lines = findings.map(
      ({ funcname, hash, kind, reason }) =>
        `${output.paint.red(kind.padEnd(8))} ${oneLine(funcname)} ${oneLine(hash ?? '')}  ${output.paint.dim(oneLine(reason))}`,
    )
    const good = checked - findings.filter(({ kind }) => kind === 'mismatch').length
    lines.push(
      `${entries(good)} sound, ${count(findings.length)} not${repair ? `, ${count(repaired)} put in quarantine` : ''}`,
    )
    if (replaced > 0) lines.push(`${entries(replaced)} replaced or deleted by other processes meanwhile`)
    if (foreign > 0) lines.push(output.paint.dim(`${entries(foreign)} have a pickle that the command does not know`))
    return lines.join('\n')
  })
  return findings.length - repaired - replaced === 0 ? EXIT.fine : EXIT.no
}

async function look(session: Session, named: readonly string[]) {
  const { adapter, funcnames } = await session.choose('read', named)
  const progress = await startProgress(session, 'verifying', await countOf(adapter, funcnames))
  const findings: Finding[] = []
  let checked = 0
  let foreign = 0
  try {
    for (const funcname of funcnames) {
      const report = (problem: Error) => findings.push(reported(funcname, problem))
      for await (const entry of adapter.open(funcname, { report }).entries()) {
        progress.at(++checked, oneLine(funcname))
        const problem = await problemOf(entry)
        if (problem?.kind === 'foreign') foreign++
        if (problem?.kind === 'mismatch') {
          findings.push({ funcname, hash: entry.hash, kind: 'mismatch', reason: problem.reason, entry })
        }
      }
    }
  } finally {
    progress.end()
  }
  return { checked, foreign, findings }
}

function reported(funcname: string, problem: Error): Finding {
  const known = problem instanceof StoreError ? problem : undefined
  // An entry that was sealed with another secret is valid for programs with that secret.
  const isDamaged = known?.code === 'ERR_PERSIST_ENTRY_DAMAGED' && !/sealed in another way/.test(problem.message)
  return { funcname, hash: known?.hash, kind: isDamaged ? 'damaged' : 'problem', reason: problem.message }
}
