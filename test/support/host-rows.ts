import { appendFileSync } from 'node:fs'

/** Appends what a test ran on a host, as a line of JSON, to the file that PERSIST_HOST_ROWS names. */
export function recordRow(row: {
  host: string
  version: string
  ran: string
  result: 'passed' | 'declared'
  why?: string
}): void {
  const file = process.env.PERSIST_HOST_ROWS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}
