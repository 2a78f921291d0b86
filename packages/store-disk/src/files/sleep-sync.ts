const cell = new Int32Array(new SharedArrayBuffer(4))

/** Rests this thread, in milliseconds. */
export function sleepSync(ms: number): void {
  Atomics.wait(cell, 0, 0, ms)
}
