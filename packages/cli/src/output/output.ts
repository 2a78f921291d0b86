import picocolors from 'picocolors'
import { jsonText } from './escape.ts'

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

  /** The longest line of a table. A pipe has no width, but a limit, because keys may be long. */
  get tableWidth(): number {
    return this.isTerminal ? this.width : PIPE_WIDTH
  }

  /** Prints one or more lines. */
  async print(text: string): Promise<void> {
    await this.write(`${text}\n`)
  }

  /** Writes without a line end. A failure is reported at the end of the command: see streams.ts. */
  async write(text: string | Uint8Array): Promise<void> {
    if (text.length > 0) await new Promise<void>((resolve) => this.#stdout.write(text, () => resolve()))
  }

  /** Prints the answer: `json` with `--json`, else `text`. */
  async answer(json: unknown, text: () => string | Promise<string>): Promise<void> {
    await this.print(this.json ? jsonText(json, this.isTerminal ? 2 : undefined) : await text())
  }

  /** Prints a note on stderr. With `--json` it is a JSON document on one line, as an error is. */
  note(text: string): void {
    this.#stderr.write(`${this.json ? jsonText({ note: text }) : text}\n`)
  }
}

/** https://no-color.org and https://force-color.org: an empty variable has no effect. */
function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
