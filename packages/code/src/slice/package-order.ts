type Metafile = import('esbuild').Metafile

/**
 * After how many files of the bundle each package is evaluated first. esbuild moves the imports of packages before all files, so
 * the bundle does not show it.
 */
export function packageOrder(
  { inputs }: Metafile,
  kept: ReadonlySet<string>,
  packages: ReadonlySet<string>,
): readonly string[] {
  const visited = new Set<string>()
  const order = new Map<string, number>()
  let filesBefore = 0
  const visit = (path: string) => {
    if (visited.has(path)) return
    visited.add(path)
    for (const one of inputs[path]?.imports ?? []) {
      if (one.kind !== 'import-statement') continue
      if (one.external !== true) visit(one.path)
      else if (packages.has(one.path) && !order.has(one.path)) order.set(one.path, filesBefore)
    }
    if (kept.has(path)) filesBefore++
  }
  visit('<stdin>')
  return [...order].map(([name, files]) => `${name} after ${files}`)
}
