import picocolors from 'picocolors'

/** Colors that are used. */
export type Paint = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'
>

const PIPE_WIDTH = 300

/** Where a command's answer goes: text for people, or one JSON document. */
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
    this.paint = picocolors.createColors(options.color && !options.json && wantsColour(this.isTerminal, env))
    this.#stdout = stdout
    this.#stderr = stderr
  }

  get hasColour(): boolean {
    return this.paint.bold('') !== ''
  }

  get width(): number {
    return this.#stdout.columns || 100
  }

  /** The width that no line of a table may exceed. A pipe has none, but a bound, since keys may be long. */
  get tableWidth(): number {
    return this.isTerminal ? this.width : PIPE_WIDTH
  }

  /** One line, or several. */
  async print(text: string): Promise<void> {
    await this.write(`${text}\n`)
  }

  /** Exactly this. What cannot be written shows at the end of the command: see streams.ts. */
  async write(text: string | Uint8Array): Promise<void> {
    if (text.length > 0) await new Promise<void>((resolve) => this.#stdout.write(text, () => resolve()))
  }

  /** The answer, as JSON where that is asked for. */
  async answer(json: unknown, text: () => string | Promise<string>): Promise<void> {
    await this.print(this.json ? JSON.stringify(json, undefined, this.isTerminal ? 2 : undefined) : await text())
  }

  /** Beside the answer; with `--json` it is a JSON document on a line, as an error is. */
  note(text: string): void {
    this.#stderr.write(`${this.json ? JSON.stringify({ note: text }) : text}\n`)
  }
}

/** https://no-color.org and https://force-color.org: an empty variable says nothing. */
function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}

// Control characters, those that turn the direction of text among them: a stored text must not steer the terminal.
const HARMFUL = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu

const ESC = String.fromCharCode(27)
const HARMFUL_BUT_COLOURS = new RegExp(`(${ESC}\\[\\d{1,3}m)|${HARMFUL.source}`, 'gu')

/** The text with what would steer a terminal written out; line ends and tabs stay. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, escaped)
}

/** As {@link harmless}, for text that has been given colours. */
export function harmlessInColour(text: string): string {
  return text.replace(HARMFUL_BUT_COLOURS, (letter, colour) => colour ?? escaped(letter))
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** As {@link harmless}, on one line of at most so many letters. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = harmless(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t')
  if (line.length <= longest) return line
  // Not within a surrogate pair.
  return `${line.slice(0, Math.max(1, longest - 1)).replace(/[\ud800-\udbff]$/, '')}…`
}
