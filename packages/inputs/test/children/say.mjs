/** The option `report` that prints hits and misses. */
export function report(event) {
  if (event.name === 'hit') console.log('hit')
  if (event.name === 'miss')
    console.log(`miss ${event.reason}${event.reason === 'input' ? ` ${event.because.changed}` : ''}`)
}
