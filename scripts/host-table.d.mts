/** What a test recorded about one host. */
export interface HostRow {
  readonly host: string
  readonly version: string
  readonly ran: string
  readonly result: 'passed' | 'declared'
  readonly why?: string
}

/** The rows of the page, in the order of the table. */
export function rowsOf(page: string): HostRow[]

/** The rows that stay beside those of a run: of a whole run those of other configurations, else those of other hosts. */
export function rowsBeside(page: string, rows: readonly HostRow[], isWhole: boolean): HostRow[]

/** The page with these rows in its table, sorted, and each only once. */
export function withRows(page: string, rows: readonly HostRow[]): string
