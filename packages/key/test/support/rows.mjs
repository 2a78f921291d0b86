import { base32Hash, hexHash, sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { CATALOG } from './catalog.mjs'

/** The canonical string and the hashes of each value of the catalog, as this process makes them. */
export function rows() {
  return CATALOG.map(([name, make]) => {
    const text = canonical(make())
    return { name, text, sha256: sha256(text), hex: hexHash(text), base32: base32Hash(text) }
  })
}
