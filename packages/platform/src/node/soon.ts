// Captured at load: fake timers in a user's tests must not block a call forever.
const { setImmediate } = globalThis

export function soon(act: () => void): void {
  setImmediate(act)
}
