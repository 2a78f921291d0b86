import type { Dependency } from '@persist/core'
import { OptionError } from '@persist/errors'
import { stateOf } from './closure/state.ts'
import { digestOf } from './files/digest.ts'
import { toCall } from './to-call.ts'

/**
 * A fact about the runtime. `major` and `version`: of Node, Bun or Deno, with its name. `platform`: the operating system.
 * `arch`: the processor. `timezone`, `locale`: the defaults of `Intl`.
 */
export type RuntimeFact = 'major' | 'version' | 'platform' | 'arch' | 'timezone' | 'locale'

const FACTS: Readonly<Record<RuntimeFact, () => string>> = {
  major: () => `${nameAndVersion()[0]}@${nameAndVersion()[1].split('.')[0]}`,
  version: () => nameAndVersion().join('@'),
  platform: () => `platform ${process.platform}`,
  arch: () => `arch ${process.arch}`,
  timezone: () => `timezone ${new Intl.DateTimeFormat().resolvedOptions().timeZone}`,
  locale: () => `locale ${new Intl.DateTimeFormat().resolvedOptions().locale}`,
}

/**
 * Results depend on the runtime: numbers from `Math`, sorting, dates and texts of `Intl` may differ between versions.
 *
 * @param facts Which facts count. Default: `'version'`, such as `node@22.12.0`.
 *
 * @example
 * ```ts
 * const sum = persist((x: number) => Math.exp(x), { funcname: 'sum', dependsOn: [runtime('major', 'arch')] })
 * ```
 */
export function runtime(...facts: readonly RuntimeFact[]): Dependency {
  const used = facts.length === 0 ? (['version'] as const) : facts
  for (const fact of used) {
    if (!Object.hasOwn(FACTS, fact)) {
      throw new OptionError(`runtime knows ${Object.keys(FACTS).join(', ')}, not ${JSON.stringify(fact)}`, {
        option: 'dependsOn',
      })
    }
  }
  return {
    name: `runtime(${used.join(', ')})`,
    read: () => stateOf(used.map((fact) => FACTS[fact]()).map((name) => ({ name, digest: digestOf(name) }))),
  }
}

toCall(runtime, 'runtime()')

function nameAndVersion(): [name: string, version: string] {
  const { Bun, Deno } = globalThis as { Bun?: { version: string }; Deno?: { version: { deno: string } } }
  if (Bun !== undefined) return ['bun', Bun.version]
  if (Deno !== undefined) return ['deno', Deno.version.deno]
  return ['node', process.versions.node]
}
