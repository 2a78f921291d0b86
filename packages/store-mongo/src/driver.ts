import type * as Driver from 'mongodb'

let loaded: Promise<typeof Driver> | undefined

/** The driver, which is loaded when it is first needed and not before. */
export function loadDriver(): Promise<typeof Driver> {
  loaded ??= import('mongodb').catch((error) => {
    loaded = undefined
    throw error
  })
  return loaded
}
