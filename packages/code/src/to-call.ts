const TO_CALL = Symbol.for('@persist/core/to-call@1')

/** Marks a function that makes a dependency: core refuses the function itself in `dependsOn`, and shows the example. */
export function toCall(fn: object, example: string): void {
  Object.defineProperty(fn, TO_CALL, { value: example })
}
