import { createHmac } from 'node:crypto'
import type { InputKind } from '@persist/core'
import { setBounded } from '../files/bounded-map.ts'

const MOST_KNOWN = 1_000
/** 132 bits, in base64url. */
const CHARACTERS = 22

/** The values of variables that were found equal, so that the next check need not make a digest. */
const known = new Map<string, string | undefined>()

/** The digest of a variable, with a salt, so that equal values in a store cannot be recognized. */
export function envDigest(name: string, value: string | undefined, salt: string): string {
  if (value === undefined) return 'absent'
  return createHmac('sha256', salt).update(`${name}=${value}`).digest('base64url').slice(0, CHARACTERS)
}

/** An environment variable. The detail is the salt. */
export const envKind: InputKind = {
  isUnchanged(name, digest, salt) {
    const value = process.env[name]
    const id = `${digest} ${salt} ${name}`
    if (known.has(id) && known.get(id) === value) return true
    if (envDigest(name, value, salt) !== digest) return false
    setBounded(known, id, value, MOST_KNOWN)
    return true
  },
}
