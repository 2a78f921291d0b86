const KEEPER = String.raw`(__name\d*) = \(target, value\) => __defProp\d*\(target, "name", \{ value, configurable: (?:!0|true) \}\)`
/** The function by which esbuild keeps the names of functions and classes. It stands before the first file, alone or among others. */
const DECLARED = new RegExp(String.raw`^var ${KEEPER};\n|(?<=^var )${KEEPER}, |, ${KEEPER}(?=[,;])`, 'm')
const FIRST_FILE = /^\/\/ /m
const WITHOUT_EFFECTS = /^\/\/ @__NO_SIDE_EFFECTS__\nfunction (__name\d*)\(/m

/**
 * Lets esbuild leave out an unused function together with its name: the name is a call, which would keep it.
 * {@link restoredNames} makes the names effects again, so that they stay.
 */
export function droppableNames(bundle: string): string {
  const found = DECLARED.exec(bundle)
  const end = FIRST_FILE.exec(bundle)?.index ?? 0
  if (found === null || found.index > end) return bundle
  const keeper = found.slice(1).find((name) => name !== undefined)!
  const droppable = `/* @__NO_SIDE_EFFECTS__ */ function ${keeper}() { return arguments }\n${bundle.replace(DECLARED, '')}`
  // The text has any other name of a declaration.
  const renamed = new RegExp(String.raw`^${keeper}\((\S+), (?!"\1"\);$)`, 'gm')
  return droppable.replace(renamed, 'globalThis.name = $&')
}

export function restoredNames(statements: string): string {
  const keeper = WITHOUT_EFFECTS.exec(statements)?.[1]
  if (keeper === undefined) return statements
  return statements
    .replace(WITHOUT_EFFECTS, `function ${keeper}(`)
    .replaceAll(`/* @__PURE__ */ ${keeper}(`, `${keeper}(`)
}
