import { randomBytes } from 'node:crypto'
import type { Machine } from './machine.ts'

// The kernels of macOS and Windows show no name of a boot to a program. So the first process after a start notes one:
//
//   3f0c9a1b2c4d5e6f 1795516151224      a random id, and when the machine started by its clock

/** On these a process id means the same process for all who see the same temporary folder: they have no namespaces of them. */
const WITHOUT_NAMESPACES = new Set(['darwin', 'win32'])
const NOTE = /^([0-9a-f]{16}) (\d{1,15})$/
/** Two readings of the start of one machine differ by less, unless its clock was set. */
const SAME_BOOT_MS = 10_000

/**
 * The name of this start of this machine, which outlives a change of the host's name. Empty where there is none. A copy of
 * the disk, and another machine that sees the same temporary folder, started at another time: they note another one. After
 * the clock was set a new one is noted too, and then holders of the old one are known by their heartbeat only.
 */
export function notedBoot(machine: Machine): string {
  if (!WITHOUT_NAMESPACES.has(machine.platform)) return ''
  const bootedAt = Math.round(machine.bootedAt())
  if (!Number.isFinite(bootedAt)) return ''
  const noted = idIn(machine.note(), bootedAt)
  if (noted !== '') return noted
  machine.replaceNote(`${randomBytes(8).toString('hex')} ${bootedAt}`)
  return idIn(machine.note(), bootedAt)
}

function idIn(note: string, bootedAt: number): string {
  const [, id, noted] = NOTE.exec(note) ?? []
  return id !== undefined && Math.abs(Number(noted) - bootedAt) < SAME_BOOT_MS ? id : ''
}
