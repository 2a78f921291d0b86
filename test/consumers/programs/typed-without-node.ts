// A program without the types of Node: with those of the DOM, or of another runtime.
import { type PersistError, persist, registerStore } from '@persist/core'
import { PersistError as Base } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { createPickle } from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as superjson from '@persist/pickle/superjson'
import * as v8 from '@persist/pickle/v8'
import { registerStore as register } from '@persist/store'
import { conformance } from '@persist/store/conformance'
import * as holder from '@persist/store/holder'
import * as kit from '@persist/store/kit'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { keyvStore } from '@persist/store-keyv'
import { lmdbStore } from '@persist/store-lmdb'

const double = persist((x: number, factor = 2) => x * factor, { funcname: 'double', cache: diskStore('./cache') })
export const six: number = double(3)
export const code = (error: PersistError): boolean => error instanceof Base
export const readOnly = (fs: FileSystem): FileSystem => ({ ...fs, unlinkSync: () => {} })
export const rest = [
  registerStore,
  sha256,
  canonical,
  createPickle,
  json,
  superjson,
  v8,
  register,
  conformance,
  holder,
  kit,
]
export const adapters = [keyvStore, lmdbStore]
