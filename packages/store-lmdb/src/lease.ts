import { randomUUID } from 'node:crypto'
import type { Entry, Lease } from '@persist/store'
import { thisHolder } from '@persist/store/holder'
import type { Environment } from './environment.ts'
import { decodeLease, encodeLease, type LeaseRecord } from './lease-record.ts'
import type { Observer } from './observer.ts'

/** Takes the lease on a key: looks who holds it, and puts its own there if nothing has changed since. */
export function takeLease(
  environment: Environment,
  observer: Observer,
  { key, ms, steal }: { key: Buffer; ms: number; steal: boolean },
): LeaseRecord | undefined {
  const name = key.toString('latin1')
  const seen = decodeLease(environment.now().leases.get(key))
  if (seen !== undefined && !steal && !observer.isLost(name, seen)) return undefined
  const mine = { id: randomUUID(), ms, beat: 0, holder: thisHolder() }
  const taken = environment.change(({ leases }) => {
    const now = decodeLease(leases.get(key))
    if (!steal && now !== undefined && (now.id !== seen?.id || now.beat !== seen.beat)) return false
    leases.putSync(key, encodeLease(mine))
    return true
  })
  if (taken) observer.forget(name)
  return taken ? mine : undefined
}

/** A lease that was taken. Whether it is still held, the transaction tells that does something with it. */
export class LmdbLease implements Lease<'sync'> {
  readonly #told: <T>(operation: string, verb: () => T) => T
  readonly #environment: Environment
  readonly #key: Buffer
  readonly #id: string
  readonly #put: (entry: Entry, isHeld: () => boolean) => boolean

  constructor(
    environment: Environment,
    key: Buffer,
    id: string,
    told: <T>(operation: string, verb: () => T) => T,
    put: (entry: Entry, isHeld: () => boolean) => boolean,
  ) {
    this.#environment = environment
    this.#key = key
    this.#id = id
    this.#told = told
    this.#put = put
  }

  publish(entry: Entry): boolean {
    return this.#put(entry, () => this.#mine() !== undefined)
  }

  renew(ms: number): boolean {
    return this.#told('renew', () =>
      this.#environment.change(({ leases }) => {
        const mine = this.#mine()
        if (mine === undefined) return false
        leases.putSync(this.#key, encodeLease({ ...mine, ms, beat: mine.beat + 1 }))
        return true
      }),
    )
  }

  release(): void {
    this.#told('release', () =>
      this.#environment.change(({ leases }) => {
        if (this.#mine() !== undefined) leases.removeSync(this.#key)
      }),
    )
  }

  #mine(): LeaseRecord | undefined {
    const now = decodeLease(this.#environment.rooms.leases.get(this.#key))
    return now?.id === this.#id ? now : undefined
  }
}
