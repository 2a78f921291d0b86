import { appendFileSync } from 'node:fs'
import { StoreError } from '@persist/errors'
import { type Entry, schemeOf } from '@persist/store'
import { confirm } from '../ask.ts'
import { doubtAbout } from '../check-entry.ts'
import { EXIT, type ExitCode, Refusal } from '../exit.ts'
import { count, entries } from '../format.ts'
import { oneLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import { functionsIn, type Session } from '../session.ts'
import { firstLine, lastLine, lineOf } from '../transfer/lines.ts'
import { countOf } from '../transfer/parcels.ts'

/** What `persist verify` found at one place. */
interface Finding {
  readonly funcname: string
  readonly hash: string | undefined
  /** `damaged`: the store cannot read it. `problem`: the store says something else, as that it is of a newer format. */
  readonly kind: 'damaged' | 'problem' | 'mismatch'
  readonly reason: string
  /** What is left of it. */
  readonly entry?: Entry
}

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
  if (repair && repairable.length > 0) {
    if (checked === 0 && session.env.PERSIST_SECRET) {
      throw new Refusal('nothing here can be read with this PERSIST_SECRET: is it the right one?', EXIT.no)
    }
    await confirm(session, `Put ${entries(repairable.length)} in quarantine?`)
    repaired = await putAside(session, repairable, quarantine ?? `persist-quarantine-${session.now()}.ndjson`)
  }
  const json = { checked, foreign, repaired, findings: findings.map(({ entry: _, ...finding }) => finding) }
  await output.answer(json, () => {
    const lines = findings.map(
      ({ funcname, hash, kind, reason }) =>
        `${output.paint.red(kind.padEnd(8))} ${oneLine(funcname)} ${oneLine(hash ?? '')}  ${output.paint.dim(oneLine(reason))}`,
    )
    const good = checked - findings.filter(({ kind }) => kind === 'mismatch').length
    lines.push(
      `${entries(good)} sound, ${count(findings.length)} not${repair ? `, ${count(repaired)} put in quarantine` : ''}`,
    )
    if (foreign > 0) lines.push(output.paint.dim(`${entries(foreign)} have a pickle that is not known here`))
    return lines.join('\n')
  })
  return findings.length - repaired === 0 ? EXIT.fine : EXIT.no
}

async function look(session: Session, named: readonly string[]) {
  const adapter = session.open('look')
  const funcnames = await functionsIn(adapter, named)
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
  // What another secret has sealed is sound for whoever has that secret.
  const isDamaged = known?.code === 'ERR_PERSIST_ENTRY_DAMAGED' && !/sealed in another way/.test(problem.message)
  return { funcname, hash: known?.hash, kind: isDamaged ? 'damaged' : 'problem', reason: problem.message }
}

/** Tells how many are out of the way now. */
async function putAside(session: Session, findings: readonly Finding[], file: string): Promise<number> {
  const adapter = session.open('change')
  let aside = 0
  let written = 0
  for (const { funcname, hash, entry } of findings) {
    if (hash === undefined) continue
    if (entry !== undefined) {
      if (written++ === 0) appendFileSync(file, `${firstLine(session.name(adapter), session.now())}\n`)
      appendFileSync(file, `${lineOf({ funcname, entry })}\n`)
      if (await adapter.open(funcname).delete(hash)) aside++
    } else if (await removeDamaged(session, funcname, hash)) aside++
  }
  if (written > 0) {
    appendFileSync(file, `${lastLine(written)}\n`)
    session.output.note(`quarantine: ${oneLine(file)}; persist import brings it back`)
  }
  return aside
}

/** A folder moves what is damaged aside when it is read; from other stores it has to be deleted, unreadable as it is. */
async function removeDamaged(session: Session, funcname: string, hash: string): Promise<boolean> {
  const adapter = session.open('change')
  const isDamaged = async () => {
    let damaged = false
    const entry = await adapter.open(funcname, { report: () => (damaged = true) }).get(hash)
    return entry === undefined && damaged
  }
  await isDamaged()
  if (!(await isDamaged())) return true
  if (schemeOf(session.url) === 'file') return false
  return adapter.open(funcname).delete(hash)
}
