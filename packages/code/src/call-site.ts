/** A function of this package that the user called. */
// biome-ignore lint/complexity/noBannedTypes: only its identity counts
type Entry = Function

/** In V8. Other engines lack the second method. */
interface CallSite extends Pick<NodeJS.CallSite, 'getFileName'> {
  getScriptNameOrSourceURL?(): string | null
}

/**
 * The nearest file in the stack above a call. In a bundle it is the bundle, whatever `import.meta.url` was replaced by.
 * `undefined`: the code was evaluated from a string, or the runtime has no stacks.
 *
 * @param evaluated Whether code that was evaluated from a string counts as the file that it says it is from, as Vite has it.
 */
export function callingFile(
  entry: Entry,
  isFile: (path: string) => boolean,
  evaluated: 'skipped' | 'named' = 'skipped',
): string | undefined {
  for (const name of scriptsAbove(entry, evaluated)) {
    const path = pathOf(name)
    if (path !== undefined && isFile(path)) return path
  }
  return undefined
}

/** The path of a URL `file:`, or of a path, without query; `undefined` for anything else. */
export function pathOf(name: string): string | undefined {
  if (!name.startsWith('file://')) return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(name) ? name.replace(/\?.*$/, '') : undefined
  // Without the class `URL`, which takes a millisecond when it is first used.
  const path = name.slice('file://'.length).replace(/[?#].*$/, '')
  try {
    return decodeURIComponent(/^\/[A-Za-z]:/.test(path) ? path.slice(1) : path)
  } catch {
    return undefined
  }
}

function scriptsAbove(entry: Entry, evaluated: 'skipped' | 'named'): string[] {
  const settings = Error as { prepareStackTrace?: unknown; stackTraceLimit?: unknown }
  const { prepareStackTrace, stackTraceLimit } = settings
  const holder: { stack?: unknown } = {}
  try {
    settings.stackTraceLimit = 32
    settings.prepareStackTrace = (_: unknown, frames: unknown) => frames
    Error.captureStackTrace(holder, entry)
    const frames = holder.stack
    if (!Array.isArray(frames)) return []
    return (frames as CallSite[]).map((frame) => {
      const named = evaluated === 'named' ? frame.getScriptNameOrSourceURL?.() : undefined
      return frame.getFileName() ?? named ?? ''
    })
  } catch {
    // Frozen intrinsics give no stack.
    return []
  } finally {
    try {
      settings.prepareStackTrace = prepareStackTrace
      settings.stackTraceLimit = stackTraceLimit
    } catch {
      // Frozen intrinsics were not changed above.
    }
  }
}
