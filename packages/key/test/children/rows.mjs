import { rows } from '../support/rows.mjs'

const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions()
process.stdout.write(
  JSON.stringify({
    rows: rows(),
    locale,
    timeZone,
    hours: new Date(0).getHours(),
    sorted: ['z', 'ä'].sort((a, b) => a.localeCompare(b)),
  }),
)
