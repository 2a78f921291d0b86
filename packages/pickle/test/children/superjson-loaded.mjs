// Prints, as JSON, whether superjson is among the loaded modules after each step. A fresh process, so nothing else loads it.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const isLoaded = () => Object.keys(require.cache).some((file) => file.includes('superjson'))
const said = {}

const { pickle, unpickle } = await import('@persist/pickle')
said.imported = isLoaded()
unpickle(pickle([{ a: [1, 'x', null] }, 'y']))
said.plain = isLoaded()
said.rich = unpickle('{"v":1,"json":"1970-01-01T00:00:00.000Z","meta":{"values":["Date"],"v":1}}') instanceof Date
said.readRich = isLoaded()
await import('@persist/pickle/json').then(({ pickle }) => pickle([1]))
await import('@persist/pickle/v8').then(({ pickle, unpickle }) => unpickle(pickle(new Map())))
said.others = isLoaded()
pickle(new Date(0))
said.wroteRich = isLoaded()
console.log(JSON.stringify(said))
