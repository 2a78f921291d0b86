import picocolors from 'picocolors'

/** The colors in use. */
export type Paint = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'
>

const PIPE_WIDTH = 300

/** Prints the answer of a command: text for people, or one JSON document. */
export class Output {
  readonly json: boolean
  readonly isTerminal: boolean
  readonly paint: Paint
  readonly #stdout: NodeJS.WriteStream
  readonly #stderr: NodeJS.WriteStream

  constructor(
    options: { readonly json: boolean; readonly color: boolean },
    { stdout, stderr, env }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream; env: NodeJS.ProcessEnv },
  ) {
    this.json = options.json
    this.isTerminal = stdout.isTTY === true
    this.paint = picocolors.createColors(options.color && !options.json && wantsColor(this.isTerminal, env))
    this.#stdout = stdout
    this.#stderr = stderr
  }

  get hasColor(): boolean {
    return this.paint.bold('') !== ''
  }

  get width(): number {
    return this.#stdout.columns || 100
  }

  /** The maximum width of a line of a table. In a pipe it is large, but bounded, because keys may be long. */
  get tableWidth(): number {
    return this.isTerminal ? this.width : PIPE_WIDTH
  }

  /** Prints one or more lines. */
  async print(text: string): Promise<void> {
    await this.write(`${text}\n`)
  }

  /** Writes exactly this. streams.ts reports a failure at the end of the command. */
  async write(text: string | Uint8Array): Promise<void> {
    if (text.length > 0) await new Promise<void>((resolve) => this.#stdout.write(text, () => resolve()))
  }

  /** Prints the answer, as JSON with `--json`. */
  async answer(json: unknown, text: () => string | Promise<string>): Promise<void> {
    await this.print(this.json ? JSON.stringify(json, undefined, this.isTerminal ? 2 : undefined) : await text())
  }

  /** Prints a note on stderr. With `--json`, it is a JSON document on one line, as an error is. */
  note(text: string): void {
    this.#stderr.write(`${this.json ? JSON.stringify({ note: text }) : text}\n`)
  }
}

/** https://no-color.org and https://force-color.org: an empty variable does not count. */
function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}

// Control characters, including those that change the direction of text. Stored strings must not control the terminal.
const HARMFUL = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu

const ESC = String.fromCharCode(27)
const HARMFUL_BUT_COLORS = new RegExp(`(${ESC}\\[\\d{1,3}m)|${HARMFUL.source}`, 'gu')

/** Escapes characters that would control a terminal, except line breaks and tabs. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, escaped)
}

/** As {@link harmless}, but keeps colors. */
export function harmlessInColor(text: string): string {
  return text.replace(HARMFUL_BUT_COLORS, (letter, color) => color ?? escaped(letter))
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** As {@link harmless}, on one line of at most `longest` letters. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = harmless(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t')
  if (line.length <= longest) return line
  // This does not cut a surrogate pair.
  return `${line.slice(0, Math.max(1, longest - 1)).replace(/[\ud800-\udbff]$/, '')}…`
}
