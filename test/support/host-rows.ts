import { appendFileSync } from 'node:fs'

/**
 * Adds a row to the table of docs/hosts.md: a test calls it after it has run a real program in a host. The script
 * `test:hosts` names the file of rows in the environment; without it, this does nothing.
 */
export function recordRow(row: {
  host: string
  version: string
  ran: string
  result: 'passed' | 'declared'
  why?: string
}): void {
  const file = process.env.PERSIST_HOST_ROWS
  // A title such as `Node 24` is the host Node: the version is in its own column.
  const host = row.host.replace(/^Node \d+$/, 'Node')
  if (file) appendFileSync(file, `${JSON.stringify({ ...row, host })}\n`)
}
