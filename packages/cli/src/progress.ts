import type { Session } from './session.ts'

/** A progress bar on the terminal. Without a terminal, nothing. */
export interface Progress {
  at(done: number, what: string): void
  end(): void
}

const SILENT: Progress = { at() {}, end() {} }

/** Shows a progress bar of `total` steps. */
export async function startProgress({ output }: Session, title: string, total: number): Promise<Progress> {
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
  bar.start(total, 0, { what: '' })
  return {
    // The number of entries is an estimate in some stores.
    at(done, what) {
      if (done > bar.getTotal()) bar.setTotal(done)
      bar.update(done, { what: what.slice(0, 30) })
    },
    end: () => bar.stop(),
  }
}
