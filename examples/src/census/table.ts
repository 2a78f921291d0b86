import Table from 'cli-table3'
import type { Analysis } from './analyze.ts'
import type { SourceFile } from './files.ts'

const SHOWN = 15

/** The packages with the most declarations, and the sum of all packages. */
export function printTable(results: readonly [SourceFile, Analysis][]): void {
  const packages = new Map<string, Row>()
  const total = emptyRow()
  for (const [file, analysis] of results) {
    const name = packageOf(file.path)
    const row = packages.get(name) ?? emptyRow()
    packages.set(name, row)
    add(row, analysis)
    add(total, analysis)
  }
  const table = new Table({
    head: ['package', 'files', 'declarations', 'most of', 'longest signature', 'kB', 'compressed'],
    colAligns: ['left', 'right', 'right', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  })
  const largest = [...packages].sort(([, a], [, b]) => b.declarations - a.declarations).slice(0, SHOWN)
  for (const [name, row] of largest) table.push(cells(name, row))
  table.push(cells(`all ${packages.size} packages`, total))
  console.log(table.toString())
}

interface Row {
  files: number
  declarations: number
  kinds: Map<string, number>
  longest: { name: string; length: number }
  bytes: number
  compressed: number
}

function emptyRow(): Row {
  return { files: 0, declarations: 0, kinds: new Map(), longest: { name: '', length: 0 }, bytes: 0, compressed: 0 }
}

function add(row: Row, analysis: Analysis): void {
  row.files++
  row.bytes += analysis.bytes
  row.compressed += analysis.compressed
  for (const [kind, count] of analysis.declarations) {
    row.declarations += count
    row.kinds.set(kind, (row.kinds.get(kind) ?? 0) + count)
  }
  const { longestSignature } = analysis
  if (longestSignature !== undefined && longestSignature.length > row.longest.length) row.longest = longestSignature
}

function cells(name: string, row: Row): (string | number)[] {
  const [kind = ''] = [...row.kinds].sort(([, a], [, b]) => b - a)[0] ?? []
  const longest = row.longest.length === 0 ? '' : `${row.longest.name} (${row.longest.length})`
  const percent = row.bytes === 0 ? 0 : Math.round((100 * row.compressed) / row.bytes)
  return [name, row.files, row.declarations, kind, longest, Math.round(row.bytes / 1000), `${percent} %`]
}

/** The package of a file: the name after the last node_modules. */
function packageOf(path: string): string {
  const [scope = path, name] = path.split(/[\\/]/).slice(path.split(/[\\/]/).lastIndexOf('node_modules') + 1)
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}
