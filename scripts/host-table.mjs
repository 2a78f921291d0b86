// The table of docs/hosts.md, between two markers. Tests of hosts record its rows, and `pnpm test:hosts` writes it.

const BEGIN = '<!-- hosts: written by test:hosts -->'
const END = '<!-- /hosts -->'
const HEAD = ['host', 'version', 'what was run', 'result']
const DECLARED = 'does not work: '

/** The rows of the page, in the order of the table. */
export function rowsOf(page) {
  return tableIn(page)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => {
      const [host, version, ran, result] = line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|'))
      return result === 'passed'
        ? { host, version, ran, result }
        : { host, version, ran, result: 'declared', why: result.slice(DECLARED.length) }
    })
}

/** Hosts whose tests have a configuration of their own, so that no run of `test:hosts` replaces their rows. */
const ELSEWHERE = ['Windows']

/** The rows that stay beside those of a run: of a whole run those of other configurations, else those of other hosts. */
export function rowsBeside(page, rows, isWhole) {
  const ran = new Set(rows.map(({ host }) => host))
  return rowsOf(page).filter(({ host }) => (isWhole ? ELSEWHERE.includes(host) : !ran.has(host)))
}

/** The page with these rows in its table, sorted, and each only once. */
export function withRows(page, rows) {
  const cells = rows.map(({ host, version, ran, result, why }) =>
    [host, version, ran, result === 'passed' ? result : DECLARED + why].map((cell) => cell.replaceAll('|', '\\|')),
  )
  cells.sort((a, b) => compare(a[0].toLowerCase(), b[0].toLowerCase()) || compare(a[1], b[1]) || compare(a[2], b[2]))
  const unique = cells.filter((row, i) => i === 0 || row.join() !== cells[i - 1].join())
  const widths = HEAD.map((title, i) => Math.max(title.length, ...unique.map((row) => row[i].length)))
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return page.replace(tableIn(page), () => `\n\n${[line(HEAD), rule, ...unique.map(line)].join('\n')}\n\n`)
}

function tableIn(page) {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`docs/hosts.md has no ${BEGIN} … ${END}`)
  return page.slice(begin + BEGIN.length, end)
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}
