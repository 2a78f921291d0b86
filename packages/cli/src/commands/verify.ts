import { type PersistError, StoreError } from '@persist/errors'
import type { Entry, StoreAdapter } from '@persist/store'
import { checkEntry } from '../entries/check-entry.ts'
import { decodeEntry } from '../entries/decode-entry.ts'
import { CliError, EXIT, type ExitCode } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import { count, entries } from '../output/format.ts'
import { type Progress, startProgress } from '../output/progress.ts'
import { confirm } from '../session/confirm.ts'
import { interruptible, withTurns } from '../session/interruption.ts'
import type { Session } from '../session/session.ts'
import { type Finding, quarantineEntries } from '../transfer/quarantine.ts'
import { countOf, itemsOf } from '../transfer/read-store.ts'

/** `persist verify`: reads and checks every entry; with `--repair`, moves bad entries to quarantine. */
export async function verify(
  session: Session,
  named: readonly string[],
  { repair = false, quarantine }: { readonly repair?: boolean; readonly quarantine?: string },
): Promise<ExitCode> {
  const { output } = session
  const { checked, foreign, encrypted, findings, interrupted } = await checkAll(session, named)
  if (interrupted) {
    output.note(`stopped after ${entries(checked)}`)
    return EXIT.interrupted
  }
  const repairable = findings.filter(({ kind }) => kind !== 'problem')
  let repaired = 0
  let replaced = 0
  if (repair && repairable.length > 0) {
    if (checked === 0 && session.env.PERSIST_SECRET) {
      throw new CliError('no entry here can be read with this PERSIST_SECRET: is it the right one?', EXIT.no)
    }
    await confirm(session, `Put ${entries(repairable.length)} in quarantine?`)
    const file = quarantine ?? `persist-quarantine-${session.now()}.ndjson`
    const outcomes = await quarantineEntries(session, repairable, file)
    repaired = outcomes.filter((outcome) => outcome === 'moved').length
    replaced = outcomes.filter((outcome) => outcome === 'replaced').length
  }
  const json = {
    checked,
    foreign,
    ...(encrypted > 0 && { encrypted }),
    repaired,
    replaced,
    findings: findings.map(({ entry: _, ...finding }) => finding),
  }
  await output.answer(json, () => {
    const lines = findings.map(
      ({ funcname, hash, kind, reason }) =>
        `${output.paint.red(kind.padEnd(8))} ${oneLine(funcname)} ${oneLine(hash ?? '')}  ${output.paint.dim(oneLine(reason))}`,
    )
    const good = checked - encrypted - findings.filter(({ entry }) => entry !== undefined).length
    lines.push(
      `${entries(good)} sound, ${count(findings.length)} not${repair ? `, ${count(repaired)} put in quarantine` : ''}`,
    )
    if (replaced > 0) lines.push(`${entries(replaced)} replaced or deleted in the meantime, and left alone`)
    if (foreign > 0) lines.push(output.paint.dim(`${entries(foreign)} have a pickle that is not known here`))
    if (encrypted > 0) {
      const advice = 'PERSIST_ENCRYPT names the keys'
      lines.push(output.paint.dim(`${entries(encrypted)} not checked, encrypted under a key not given: ${advice}`))
    }
    return lines.join('\n')
  })
  return findings.length - repaired - replaced === 0 ? EXIT.fine : EXIT.no
}

async function checkAll(session: Session, named: readonly string[]) {
  const { adapter, funcnames } = await session.select('read', named)
  const found: Found = { findings: [], checked: 0, foreign: 0, encrypted: 0 }
  return interruptible(async (signal) => {
    const progress = await startProgress(session.output, 'verifying', () => countOf(adapter, funcnames))
    try {
      for (const funcname of funcnames) await checkFunction(session, adapter, funcname, { found, progress, signal })
    } finally {
      progress.end()
    }
    return { ...found, interrupted: signal.aborted }
  })
}

interface Found {
  readonly findings: Finding[]
  checked: number
  foreign: number
  encrypted: number
}

interface Check {
  readonly found: Found
  readonly progress: Progress
  readonly signal: AbortSignal
}

async function checkFunction(
  session: Session,
  adapter: StoreAdapter,
  funcname: string,
  { found, progress, signal }: Check,
): Promise<void> {
  const { findings } = found
  const report = (problem: Error) => findings.push(reported(funcname, problem))
  for await (const { entry } of withTurns(itemsOf(adapter, [funcname], report))) {
    if (signal.aborted) return
    progress.at(++found.checked, oneLine(funcname))
    const { entry: decoded, unread } = decodeEntry(session.reader, funcname, entry)
    if (unread?.code === 'ERR_PERSIST_DECRYPT') found.encrypted++
    else if (unread !== undefined) findings.push(undecodable(funcname, entry, unread))
    if (unread !== undefined) continue
    const problem = await checkEntry(decoded)
    if (problem?.kind === 'foreign') found.foreign++
    if (problem?.kind === 'mismatch') {
      findings.push({ funcname, hash: entry.hash, kind: 'mismatch', reason: problem.reason, entry })
    }
  }
}

/** A codec that this runtime lacks is no damage. */
function undecodable(funcname: string, entry: Entry, { code, message }: PersistError): Finding {
  const kind = code === 'ERR_PERSIST_ENTRY_DAMAGED' ? 'damaged' : 'problem'
  return { funcname, hash: entry.hash, kind, reason: message, entry }
}

function reported(funcname: string, problem: Error): Finding {
  const known = problem instanceof StoreError ? problem : undefined
  // An entry sealed with another secret is good for its owner.
  const isDamaged = known?.code === 'ERR_PERSIST_ENTRY_DAMAGED'
  return { funcname, hash: known?.hash, kind: isDamaged ? 'damaged' : 'problem', reason: problem.message }
}
