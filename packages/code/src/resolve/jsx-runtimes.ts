/**
 * The modules that JSX imports from its source by itself: the second one in development, as Bun does by default, and the source
 * where a `key` follows `{...props}`.
 */
export function jsxRuntimesOf(source: string): readonly string[] {
  return [`${source}/jsx-runtime`, `${source}/jsx-dev-runtime`, source]
}
