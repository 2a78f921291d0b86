// Edge runtimes may have no garbage collector that programs can watch, as workerd before 2025-05-05. The build puts these in
// the place of the globals. Then nothing is let go before the program ends.

class StrongReference<T extends object> {
  readonly #target: T

  constructor(target: T) {
    this.#target = target
  }

  deref(): T {
    return this.#target
  }
}

class SilentRegistry {
  register(): void {}

  unregister(): boolean {
    return false
  }
}

// Marked so that a package that uses none of them has none of this.
const reference = /* @__PURE__ */ (() => globalThis.WeakRef ?? StrongReference)()
const registry = /* @__PURE__ */ (() => globalThis.FinalizationRegistry ?? SilentRegistry)()

export { reference as WeakRef, registry as FinalizationRegistry }
