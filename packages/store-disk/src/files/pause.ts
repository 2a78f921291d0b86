const nobody = new Int32Array(new SharedArrayBuffer(4))

/** Rests this thread, in milliseconds. */
export function pause(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms)
}
