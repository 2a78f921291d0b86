import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of its own, which talks in lines. */
export class Child {
  readonly process: ChildProcess
  /** Everything that it said, errors too. */
  readonly lines: string[] = []
  readonly ended: Promise<number | null>
  readonly #waiting: { wanted: string; found: (line: string) => void }[] = []

  constructor(script: URL, ...args: readonly (string | number)[]) {
    const path = fileURLToPath(script)
    this.process = spawn(process.execPath, [path, ...args.map(String)], { stdio: 'pipe' })
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.#hear(line))
    }
    this.ended = new Promise((resolve) => this.process.once('close', (code) => resolve(code)))
  }

  /** The first line, said or to come, that begins with the word. */
  async says(wanted: string): Promise<string> {
    const said = this.lines.find((line) => line.startsWith(wanted))
    if (said !== undefined) return said
    const line = new Promise<string>((found) => this.#waiting.push({ wanted, found }))
    const end = this.ended.then((code) => {
      throw new Error(`the child ended with ${code} and never said ${wanted}:\n${this.lines.join('\n')}`)
    })
    return Promise.race([line, end])
  }

  send(line: string): void {
    this.process.stdin!.write(`${line}\n`)
  }

  #hear(line: string): void {
    this.lines.push(line)
    for (const { wanted, found } of this.#waiting) if (line.startsWith(wanted)) found(line)
  }
}
