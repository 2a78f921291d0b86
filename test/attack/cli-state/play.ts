import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeStores, type PersistEvent, registerStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { vi } from 'vitest'
import { commandHere, commandInProcess } from './command-here.ts'
import { type ChosenCommand, runWhileUsed, type Scene } from './commands.ts'
import { examine } from './exams.ts'
import { addForeignFiles } from './foreign-files.ts'
import { Ledger, PLACES } from './ledger.ts'
import type { Step, World } from './steps.ts'
import { type Made, PLANNED, persistSubjects, SUBJECTS, type Subject, tagOf } from './subject.ts'

registerStore('slow', (url) => delayed(diskStore(url.slice('slow://'.length))))

const CALLS_IN_BETWEEN = ['call', 'put', 'call', 'peek', 'call', 'refresh', 'call', 'forget'] as const

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Runs the steps in a new folder. `commands`: whether commands are functions of this process, or processes. */
export async function play(list: readonly Step[], where: World, commands: 'here' | 'processes'): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'persist-cli-state-'))
  let now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now)
  const look = diskStore(join(root, 'cache'))
  const ledger = new Ledger(look)
  try {
    const run = commands === 'here' ? commandHere : commandInProcess(() => now)
    const slowCache = commands === 'here' ? `slow://${join(root, 'cache')}` : join(root, 'cache')
    await playIn(root, list, where, ledger, { run, slowCache }, (ms) => {
      now += ms
    })
  } finally {
    clock.mockRestore()
    look.close()
    await closeStores()
    rmSync(root, { recursive: true, force: true })
  }
}

async function playIn(
  root: string,
  list: readonly Step[],
  { processes, isAsync, other, turns }: World,
  ledger: Ledger,
  commands: Pick<Scene, 'run' | 'slowCache'>,
  pass: (ms: number) => void,
): Promise<void> {
  const pending = new Set<Promise<unknown>>()
  const begin = (work: Promise<unknown>) => {
    pending.add(work)
    work.catch(() => {})
  }
  let computed = 0
  let failing = 0
  const compute = async (subject: Subject, id: number): Promise<Made> => {
    const value = ledger.compute({ subject, id })
    const isToFail = failing > 0
    for (let left = turns[computed++ % turns.length]!; left > 0; left--) await turn()
    if (isToFail) throw new Error(PLANNED)
    ledger.finish(value)
    return value
  }
  const report = (subject: Subject, event: PersistEvent) => {
    if (event.name === 'write') ledger.wrote(ledger.placeOf(subject, event.hash))
    if (event.name === 'skip') ledger.skipped(ledger.placeOf(subject, event.hash), event.reason)
    const isExpected = event.name !== 'problem' || scene.isDamaged || event.error.message === PLANNED
    if (!isExpected) ledger.fault(`problem: ${event.error.message}`)
  }
  const functions = Array.from({ length: processes }, (_, process) => {
    const store = diskStore(join(root, 'cache'))
    const cache = isAsync ? delayed(store) : store
    // The functions of another process have the same names: here they use another store name.
    return persistSubjects({ ...cache, name: `${root} ${process}` }, compute, { report, waitUntil: begin })
  })
  let files = 0
  mkdirSync(join(root, 'files'))
  const newFile = () => join(root, 'files', `${files++}`)
  const otherFolder = join(root, 'other')
  const scene: Scene = {
    cache: join(root, 'cache'),
    other: other === 'file' ? otherFolder : `lmdb://${otherFolder}`,
    exported: '',
    newFile,
    ledger,
    isDamaged: false,
    ...commands,
  }

  const use = async ({ method, place, process }: Extract<Step, { do: 'use' }>): Promise<void> => {
    const { subject, id } = place
    const { ttl = Infinity, staleIfError = 0, staleWhileRevalidate = 0 } = subject
    const f = functions[process % processes]![SUBJECTS.indexOf(subject)]!
    const same = PLACES.filter((one) => one.subject === subject)
    const served = ledger.beginCall(place, method !== 'peek')
    switch (method) {
      case 'call':
        return served(await caught(f({ id })), ttl + Math.max(staleWhileRevalidate, staleIfError))
      case 'failing':
        failing++
        return served(
          await caught(f({ id })).finally(() => failing--),
          ttl + Math.max(staleWhileRevalidate, staleIfError),
        )
      case 'refresh':
        ledger.disturb([place])
        return served(await caught(f.refresh({ id })), ttl + staleIfError)
      case 'peek':
        return served(await f.peek({ id }), ttl)
      case 'forget':
        return ledger.removal([place], () => f.forget({ id }))
      case 'put':
        return ledger.put(place, (value) => f.put(value, { id }))
      case 'untag':
        // Computations of this process do not know their tags before they end: none of them is stored.
        ledger.disturb(same)
        return ledger.removal([place], () => f.cache.deleteByTag(tagOf(id)))
      case 'clear':
        return ledger.removal(same, () => f.clear())
    }
  }
  let commandsRunning = 0
  const beginCommand = (chosen: ChosenCommand) => {
    commandsRunning++
    begin(runWhileUsed(chosen, scene).finally(() => commandsRunning--))
  }
  const settle = async () => {
    // Processes take long. The functions are called until they end.
    for (let n = 0; commandsRunning > 0; n++) {
      await use({
        do: 'use',
        method: CALLS_IN_BETWEEN[n % CALLS_IN_BETWEEN.length]!,
        place: PLACES[n % PLACES.length]!,
        process: n % 7,
      })
    }
    while (pending.size > 0) {
      const work = [...pending]
      await Promise.all(work)
      for (const done of work) pending.delete(done)
    }
    ledger.settle()
    checkForeign()
  }

  for (const f of functions[0]!) await f({ id: 1 })
  const checkForeign = addForeignFiles(scene.cache)
  scene.exported = newFile()
  await runWhileUsed({ command: 'export', place: PLACES[0]!, form: 1, json: true, slow: false }, scene)
  await runWhileUsed({ command: 'out', place: PLACES[0]!, form: 0, json: true, slow: false }, scene)
  await settle()
  for (const step of list) {
    if (step.do === 'use') begin(use(step))
    else if (step.do === 'command') beginCommand(step)
    else if (step.do === 'wait') pass(step.ms)
    else if (step.do === 'turns') for (let left = step.count; left > 0; left--) await turn()
    else {
      await settle()
      if (step.do === 'exam') await examine(step.exam, scene, step.place, step.form)
    }
  }
  await settle()
}

/** Only a failure that was planned may reach the caller. */
async function caught(result: Promise<Made>): Promise<Made | undefined> {
  try {
    return await result
  } catch (error) {
    if ((error as Error).message !== PLANNED) throw error
    return undefined
  }
}
