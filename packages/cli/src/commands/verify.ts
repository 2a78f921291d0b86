import { StoreError } from '@persist/errors'
import { confirm } from '../ask.ts'
import { doubtAbout } from '../check-entry.ts'
import { EXIT, type ExitCode, Refusal } from '../exit.ts'
import { count, entries } from '../format.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import { type Finding, putAside } from '../quarantine.ts'
import type { Session } from '../session.ts'
import { countOf } from '../transfer/parcels.ts'

/** `persist verify`: reads every entry; with `--repair` what is wrong is put where nobody meets it. */
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
      throw new Refusal('nothing here can be read with this PERSIST_SECRET: is it the right one?', EXIT.no)
    }
    await confirm(session, `Put ${entries(repairable.length)} in quarantine?`)
    const file = quarantine ?? `persist-quarantine-${session.now()}.ndjson`
    const outcomes = await putAside(session, repairable, file)
    repaired = outcomes.filter((outcome) => outcome === 'aside').length
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
    if (replaced > 0) lines.push(`${entries(replaced)} replaced or deleted by others meanwhile, and left alone`)
    if (foreign > 0) lines.push(output.paint.dim(`${entries(foreign)} have a pickle that is not known here`))
    return lines.join('\n')
  })
  return findings.length - repaired - replaced === 0 ? EXIT.fine : EXIT.no
}

async function look(session: Session, named: readonly string[]) {
  const { adapter, funcnames } = await session.choose('look', named)
  const progress = await startProgress(session, 'verifying', await countOf(adapter, funcnames))
  const findings: Finding[] = []
  let checked = 0
  let foreign = 0
  try {
    for (const funcname of funcnames) {
      const report = (problem: Error) => findings.push(reported(funcname, problem))
      for await (const entry of adapter.open(funcname, { report }).entries()) {
        progress.at(++checked, oneLine(funcname))
        const doubt = await doubtAbout(entry)
        if (doubt?.kind === 'foreign') foreign++
        if (doubt?.kind === 'mismatch') {
          findings.push({ funcname, hash: entry.hash, kind: 'mismatch', reason: doubt.reason, entry })
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
  // What another secret has sealed is sound for those who have that secret.
  const isDamaged = known?.code === 'ERR_PERSIST_ENTRY_DAMAGED'
  return { funcname, hash: known?.hash, kind: isDamaged ? 'damaged' : 'problem', reason: problem.message }
}
