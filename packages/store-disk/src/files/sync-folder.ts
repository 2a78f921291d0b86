import type { ResolvedOptions } from '../resolved-options.ts'

/** Waits until the disk has the names in a folder, where that was asked for. */
export function syncFolder({ fs, durable }: ResolvedOptions, folder: string): void {
  // Windows cannot open a folder; there the file system itself keeps the order.
  if (!durable || process.platform === 'win32') return
  const fd = fs.openSync(folder, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}
