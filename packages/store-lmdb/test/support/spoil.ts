import { Environment } from '../../src/environment.ts'
import { keyOf, prefixOf } from '../../src/keys.ts'

/** Changes the record of an entry directly. */
export function spoil(dir: string, namespace: string, hash: string, change: (record: Buffer) => Buffer): void {
  const environment = new Environment(dir, false)
  const key = keyOf(prefixOf(namespace), hash)
  environment.change(({ entries }) => entries.putSync(key, change(Buffer.from(entries.getBinary(key)!))))
  environment.close()
}
