import type { Output } from './output.ts'

/** A progress bar on the terminal. Without a terminal it does nothing. */
export interface Progress {
  at(done: number, what: string): void
  end(): void
}

const SILENT: Progress = { at() {}, end() {} }

/** Starts a progress bar. `total` is asked for the number of steps only if there is a bar: some stores read all entries for it. */
export async function startProgress(output: Output, title: string, total: () => Promise<number>): Promise<Progress> {
  if (process.stderr.isTTY !== true || output.json) return SILENT
  const { default: progress } = await import('cli-progress')
  const bar = new progress.SingleBar(
    {
      format: `${title} {bar} {percentage}%  {value}/{total}  {eta_formatted}  {what}`,
      barsize: 24,
      hideCursor: true,
      stream: process.stderr,
      etaBuffer: 50,
    },
    progress.Presets.shades_classic,
  )
  bar.start(await total(), 0, { what: '' })
  return {
    // The number of entries is an estimate in some stores.
    at(done, what) {
      if (done > bar.getTotal()) bar.setTotal(done)
      bar.update(done, { what: what.slice(0, 30) })
    },
    end: () => bar.stop(),
  }
}
