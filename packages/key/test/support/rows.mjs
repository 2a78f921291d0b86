import { base32Hash, hexHash, sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { CATALOGUE } from './catalogue.mjs'

/** What this process makes of each value of the catalogue. */
export function rows() {
  return CATALOGUE.map(([name, make]) => {
    const text = canonical(make())
    return { name, text, sha256: sha256(text), hex: hexHash(text), base32: base32Hash(text) }
  })
}
