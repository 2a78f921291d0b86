import { describe, test } from 'vitest'
import { recordRow } from '../support/host-rows.ts'
import { keepsResults, mixesNothingUp, runsAlone, type Subject, seesInputs } from './exam.ts'

/** A host of the program, with what it is called and how it runs it. */
export interface Host {
  /** Its name in docs/hosts.md. */
  readonly host: string
  version(): string
  subject(): Subject
  /** Whether it makes a program that needs no installed packages. */
  readonly bundles: boolean
}

/** The tests of hosts, each of which runs the program in a folder where packages are installed. */
export function describeHosts(hosts: readonly Host[], installed: () => string): void {
  describe.each(hosts)('a program in $host', ({ host, version, subject, bundles }) => {
    const record = (ran: string) => recordRow({ host, version: version(), ran, result: 'passed' })

    test('keeps results from run to run, also after its modules changed their order', async () => {
      await keepsResults(installed(), subject())
      record(subject().registers ? 'results kept, with `registerStore`' : 'results kept in the default cache')
    })

    test('gives no function the results of another that has its name', async () => {
      await mixesNothingUp(installed(), subject())
      record('two functions of one name, without `funcname`')
    })

    test('runs a traced function again when what it read has changed, and only then', async () => {
      await seesInputs(installed(), subject())
      record('functions with `trace`, and `@persist/inputs`')
    })

    if (!bundles) return
    test('runs alone with the line that its error names', async () => {
      await runsAlone(installed(), subject())
      record('alone, with `registerStore`')
    })
  })
}
