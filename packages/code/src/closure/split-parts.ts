import { extname } from 'node:path'

const SCRIPT = /^\.[cm]?js$/
/** `exports.ids = [1]; exports.modules = {`, also of an object with another name; modules with dense numbers are an array. */
const CHUNK =
  /(?<![\w$])([\w$]{1,99})\.ids\s*=\s*\[\s*["'\d][^\]]{0,9999}\]\s*[,;]\s*\1\.modules\s*=\s*(?:\{|\[|Array\()/
/** A chunk that is an ES module. */
const MODULE_CHUNK = /\bexport\s+const\s+__webpack_(?:esm_)?modules__\b/
/** The name of a module in a chunk of Turbopack. */
const MODULE_ID = String.raw`\s*(?:\d+|"(?:[^"\\\n]|\\.)*")\s*,`
/** A chunk of Turbopack: names of modules, and functions. Other modules of CommonJS may export such an array, too. */
const ARRAY_CHUNK = new RegExp(
  String.raw`^\s*(?:"use strict";\s*)?module\.exports\s*=\s*\[(?:${MODULE_ID}){1,99}\s*(?:\(|(?:async|function)\b|[\w$]+\s*=>)`,
)
/**
 * `require("./" + __webpack_require__.u(chunkId))`; `join(__dirname, "" + __webpack_require__.u(chunkId))` to read and run it. In
 * version 4: `"./" + ({}[chunkId] || chunkId)`.
 */
const RUNTIME =
  /(?:\b(?:require|import)\s*\(|\bjoin\s*\(\s*__dirname\s*,)\s*(['"])((?:\.\.?\/)*)[^'"\n]{0,99}\1\s*\+\s*(?:[\w$]{1,99}\.u\s*\(|\(\{[^{}]{0,9999}\}\[[\w$]{1,99}\]\s*\|\|)/
/** A runtime of version 4 whose chunks have other names: `r = require("./" + chunkId + ".main.js"), o = r.modules, u = r.ids`. */
const RUNTIME_4 = /(?<![\w$])([\w$]{1,99})\.modules\s*,\s*[\w$]{1,99}\s*=\s*\1\.ids\b/
const PATH_4 = /\b(?:require\s*\(|join\s*\(\s*__dirname\s*,)\s*(['"])((?:\.\.?\/)*)[^'"\n]{0,99}\1\s*\+/
/** A runtime that imports chunks, each by its name. */
const MODULE_RUNTIME = /\b__(?:webpack_(?:esm_)?ids__|rspack_esm_ids)\b/
/** The path of Turbopack's runtime, from the folder of the output. */
const OWN_PATH = /\bRUNTIME_PUBLIC_PATH\s*=\s*(['"])([^'"\n]{1,999})\1/

/**
 * What a file is in a bundle that was split: `chunk`, `array chunk`, or a `runtime` with the folder of its chunks. `undefined`
 * for any other file.
 */
export function splitPartOf(file: string, source: string): string | undefined {
  if (!isScript(file)) return undefined
  const runtime = RUNTIME.exec(source) ?? (RUNTIME_4.test(source) ? PATH_4.exec(source) : null)
  if (runtime !== null) return `runtime up ${runtime[2] || './'}`
  const ownPath = OWN_PATH.exec(source)
  if (ownPath !== null) return `runtime at ${ownPath[2]}`
  if (CHUNK.test(source) || MODULE_CHUNK.test(source)) return 'chunk'
  if (ARRAY_CHUNK.test(source)) return 'array chunk'
  return MODULE_RUNTIME.test(source) ? 'runtime by names' : undefined
}

/** Whether a bundler may have written a file, by its name. */
export function isScript(path: string): boolean {
  return SCRIPT.test(extname(path))
}
