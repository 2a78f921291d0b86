import type { Head } from '@persist/store'
import { CALL, callNameOf, type Input, inputOf, inputTitle } from '@persist/store/kit'
import { flatten, nested } from '../concurrency/nested-steps.ts'
import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import { newestPeer, type VerifyPass } from '../state/peers.ts'
import { tracing } from '../trace/tracing.ts'

/** Stands for the inputs of an entry that has none: the function was not traced when it ran. */
const NOT_RECORDED = 'not recorded'
const UNREADABLE = 'unreadable'
/** After the name of a called function that this process does not have: it counts as changed. */
const NOT_VERIFIED = '(not verified)'

/** How inputs are verified. */
interface VerifyOptions {
  /** Nested calls may be made again, to find out whether their results are still equal. */
  readonly mayCall: boolean
  /** A check may wait. If not, an input that needs a wait counts as changed. */
  readonly mayWait: boolean
  /** See {@link VerifyPass.isUnsaved}. */
  readonly isUnsaved?: boolean
}

/**
 * The name of an input of an entry that has changed; `undefined`: all are as they were. Sync if no check has to wait. A
 * function that returns its result at once cannot wait, so an input that makes it wait counts as changed.
 */
export function changeOf(
  context: Context,
  head: Head,
  { mayCall, mayWait, isUnsaved = false }: VerifyOptions,
): string | undefined | Promise<string | undefined> {
  // A replay serves what is stored.
  if (context.mode === 'replay') return undefined
  const { inputs } = head
  if (inputs === undefined) return NOT_RECORDED
  if (inputs.length === 0) return undefined
  let pass: VerifyPass | undefined
  // Most inputs need no wait: without a generator their check takes half the time.
  for (let index = 0; index < inputs.length; index++) {
    const input = inputOf(inputs[index]!)
    if (input === undefined) return UNREADABLE
    let isUnchanged: boolean | PromiseLike<boolean>
    try {
      // Most entries name files only, and need no pass.
      if (input.kind !== CALL) isUnchanged = verify(context, input)
      else {
        pass ??= { calls: new Map(), mayCall, isUnsaved }
        isUnchanged = run(flatten(isCallUnchanged(context.adapter.name, input, pass)))
      }
    } catch {
      return shown(input)
    }
    if (isUnchanged === true) continue
    if (!isThenable(isUnchanged)) return shown(input)
    if (!mayWait) {
      isUnchanged.then(undefined, () => {})
      return shown(input)
    }
    const rest = inputs.slice(index + 1)
    pass ??= { calls: new Map(), mayCall, isUnsaved }
    return later(context, head, run(flatten(restOf(context, input, isUnchanged, rest, pass))))
  }
  return undefined
}

function* restOf(
  context: Context,
  input: Input,
  isUnchanged: PromiseLike<boolean>,
  rest: readonly string[],
  pass: VerifyPass,
): Steps<string | undefined> {
  try {
    if ((yield* wait(isUnchanged)) !== true) return shown(input)
  } catch {
    return shown(input)
  }
  return yield* firstChange(context, rest, pass)
}

/** The answer of a check that has to wait, for a function that can. */
function later(context: Context, head: Head, changed: string | undefined | Promise<string | undefined>) {
  if (!isThenable(changed) || context.isAsync || head.promised === true) return changed
  changed.then(undefined, () => {})
  return UNREADABLE
}

/** The name of the first input that has changed. Run by {@link flatten}. */
export function* firstChange(context: Context, inputs: readonly string[], pass: VerifyPass): Steps<string | undefined> {
  for (const line of inputs) {
    const input = inputOf(line)
    if (input === undefined) return UNREADABLE
    try {
      const isUnchanged =
        input.kind === CALL
          ? yield* nested(isCallUnchanged(context.adapter.name, input, pass))
          : yield* wait(verify(context, input))
      if (isUnchanged !== true) return shown(input)
    } catch {
      return shown(input)
    }
  }
  return undefined
}

/**
 * The names of all inputs that have changed, for an explanation: nothing is called again. An input whose check would wait
 * counts as changed unless `mayWait`.
 */
export function* changesOf(context: Context, inputs: readonly string[], mayWait: boolean): Steps<string[]> {
  const pass: VerifyPass = { calls: new Map(), mayCall: false }
  const changed = new Set<string>()
  for (const line of inputs) {
    const isUnchanged = yield* isLineUnchanged(context, line, pass, mayWait)
    const input = inputOf(line)
    if (isUnchanged) continue
    const name = input === undefined ? UNREADABLE : shown(input)
    changed.add(input?.kind === CALL && isAbsent(context, input) ? `${name} ${NOT_VERIFIED}` : name)
  }
  return [...changed]
}

/** Whether this process has no function of the name that was called. */
function isAbsent({ adapter }: Context, { name }: Input): boolean {
  const called = callNameOf(name)
  return called !== undefined && newestPeer(called.store || adapter.name, called.namespace) === undefined
}

function* isLineUnchanged(context: Context, line: string, pass: VerifyPass, mayWait: boolean): Steps<boolean> {
  const input = inputOf(line)
  if (input === undefined) return false
  try {
    const isUnchanged =
      input.kind === CALL ? run(flatten(isCallUnchanged(context.adapter.name, input, pass))) : verify(context, input)
    if (!isThenable(isUnchanged)) return isUnchanged
    if (mayWait) return (yield* wait(isUnchanged)) === true
    isUnchanged.then(undefined, () => {})
    return false
  } catch {
    return false
  }
}

/** Whether an input is unchanged that is no call. */
function verify(context: Context, { kind, name, digest, detail }: Input): boolean | PromiseLike<boolean> {
  return tracing.kinds.get(kind)?.isUnchanged(name, digest, detail, context.traceRoot ?? '') ?? false
}

function* isCallUnchanged(ownStore: string, { name, digest }: Input, pass: VerifyPass): Steps<boolean> {
  const { calls } = pass
  const called = callNameOf(name)
  if (called === undefined) return false
  const store = called.store === '' ? ownStore : called.store
  const id = JSON.stringify([store, called.namespace, called.hash, called.maxAge, digest])
  const known = calls.get(id)
  if (known !== undefined) return known
  const peer = newestPeer(store, called.namespace)
  if (peer?.isCallUnchanged === undefined) return false
  // A call that leads back to itself.
  calls.set(id, false)
  const isUnchanged = yield* peer.isCallUnchanged(called.hash, digest, pass, called.maxAge)
  calls.set(id, isUnchanged)
  return isUnchanged
}

/** The inputs of an entry that are verified before it is served, by name. */
export function verifiedInputs(context: Context, { inputs = [] }: Head): string[] {
  if (context.mode === 'replay') return []
  const names = inputs.map((line) => {
    const input = inputOf(line)
    return input === undefined ? UNREADABLE : shown(input)
  })
  return [...new Set(names)]
}

/** The input for a report: `a.md`, `$THEME`, the name of a function. */
function shown(input: Input): string {
  return inputTitle(input) ?? UNREADABLE
}
