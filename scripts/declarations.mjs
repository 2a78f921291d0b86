import { readFileSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'

/** How a declaration names another one of its package. */
const RELATIVE = /(from |import |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g

/**
 * Writes each declaration that the entry points lead to once more, for CommonJS: TypeScript takes the format of a module
 * from the extension of its file name. Returns all that belong to the package, of both formats.
 */
export function writeCommonJsDeclarations(entryPoints) {
  const ahead = entryPoints.map((entry) => entry.replace(/^src\/(.*)\.ts$/, 'dist/$1.d.ts'))
  const found = new Set(ahead)
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const text = readFileSync(path, 'utf8')
    for (const [, , , name] of text.matchAll(RELATIVE)) {
      const next = posix.join(posix.dirname(path), `${name}.d.ts`)
      if (!found.has(next)) ahead.push(next)
      found.add(next)
    }
    writeFileSync(commonJsNameOf(path), text.replace(RELATIVE, '$1$2$3.cts$2'))
  }
  return [...found].flatMap((path) => [path, commonJsNameOf(path)])
}

function commonJsNameOf(path) {
  return path.replace(/\.ts$/, '.cts')
}
