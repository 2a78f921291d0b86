import { AsyncLocalStorage } from 'node:async_hooks'
import type { ContextStorage } from '../platform.ts'

export function contextStorage<T>(): ContextStorage<T> {
  return new AsyncLocalStorage<T>()
}
