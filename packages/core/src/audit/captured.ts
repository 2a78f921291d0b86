import type { Runtime, Session } from 'node:inspector'
import { builtinModule } from '@persist/platform'
import type { AnyFunction } from '../types/functions.ts'

/** Node's wrapper around a CommonJS module gives these to every function. */
const OF_MODULES = new Set(['module', 'exports', '__filename', '__dirname'])
const SUBJECT = Symbol.for('@persist/core/audited@1')

/** What the inspector calls with its reply. */
type Replied<T> = (error: Error | null, reply: T) => void

/**
 * The names of the variables around a function that hold no function, as the inspector shows them: those of all functions in
 * the same scopes. `undefined` where there is no inspector that shows scopes.
 */
export function capturedBy(fn: AnyFunction): string[] | undefined {
  const session = inspectorSession()
  if (session === undefined) return undefined
  const shared = globalThis as { [SUBJECT]?: AnyFunction }
  shared[SUBJECT] = fn
  try {
    session.connect()
    const expression = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(SUBJECT))})]`
    const subject = reply<Runtime.EvaluateReturnType>((done) => session.post('Runtime.evaluate', { expression }, done))
    const scopesId = propertiesOf(session, subject.result.objectId).internalProperties?.find(
      ({ name }) => name === '[[Scopes]]',
    )?.value?.objectId
    if (scopesId === undefined) return undefined
    const scopes = propertiesOf(session, scopesId).result.filter(({ value }) => value?.description !== 'Global')
    return scopes.flatMap(({ value }) => variablesOf(session, value?.objectId))
  } finally {
    delete shared[SUBJECT]
    session.disconnect()
  }
}

function variablesOf(session: Session, objectId: string | undefined): string[] {
  if (objectId === undefined) return []
  return propertiesOf(session, objectId).result.flatMap(({ name, value }) => (isVariable(name, value) ? [name] : []))
}

/** Functions and modules are code, which `code()` of `@persist/code` covers. */
function isVariable(name: string, value: Runtime.RemoteObject | undefined): boolean {
  if (value === undefined || OF_MODULES.has(name)) return false
  return value.type !== 'function' && value.className !== 'Module'
}

function propertiesOf(session: Session, objectId: string | undefined): Runtime.GetPropertiesReturnType {
  const request = { objectId: objectId!, ownProperties: true }
  return reply<Runtime.GetPropertiesReturnType>((done) => session.post('Runtime.getProperties', request, done))
}

/** The inspector replies before `post` returns. */
function reply<T>(ask: (done: Replied<T>) => void): T {
  let found: T | undefined
  ask((error, answer) => {
    if (error !== null && error !== undefined) throw error
    found = answer
  })
  if (found === undefined) throw new Error('the inspector does not reply')
  return found
}

function inspectorSession(): Session | undefined {
  // Bun and Deno have the module, without scopes.
  if ('Bun' in globalThis || 'Deno' in globalThis) return undefined
  const inspector = builtinModule('node:inspector') as typeof import('node:inspector') | undefined
  return inspector === undefined ? undefined : new inspector.Session()
}
