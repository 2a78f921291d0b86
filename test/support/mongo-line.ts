import { connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to one command on its way to the server. */
export type Fate =
  | 'pass'
  /** The connection breaks before the command arrives. */
  | 'cut'
  /** The command arrives, and the connection breaks before the reply. */
  | 'cut reply'
  /** All connections break before the command arrives, and new ones are refused. */
  | 'refuse'
  /** The connection stays open, and no reply ever comes. */
  | 'swallow'
  /** The reply comes late. */
  | { readonly delayMs: number }

/** Decides about each command, except the driver's own. */
export type Fault = (command: string, index: number) => Fate

const HEADER_BYTES = 16
/** The driver's own commands, about its connections. */
const DRIVER_COMMANDS = /^(hello|isMaster|ismaster|saslStart|saslContinue|ping|endSessions)$/

/** A connection that can lose messages: a TCP proxy that knows where MongoDB's messages begin. */
export class Line {
  #fault: Fault = () => 'pass'
  #seen = 0
  #refusing = false
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly #port: number

  private constructor(serverPort: number) {
    this.#port = serverPort
    this.#server = createServer((near) => this.#join(near))
  }

  static async to(serverPort: number): Promise<Line> {
    const line = new Line(serverPort)
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    return line
  }

  /** The driver must use the proxy: a replica set would name its own addresses. */
  url(database: string): string {
    const { port } = this.#server.address() as { port: number }
    return `mongodb://127.0.0.1:${port}/${database}?directConnection=true`
  }

  /** The number of commands since the last `fail`. */
  get seen(): number {
    return this.#seen
  }

  /** From now on, counting from 0. */
  fail(fault: Fault): void {
    this.#fault = fault
    this.#seen = 0
  }

  /** Breaks every connection, and refuses new ones until `mend`. */
  break(): void {
    this.#refusing = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#refusing = false
    this.#fault = () => 'pass'
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(near: Socket): void {
    if (this.#refusing) {
      near.destroy()
      return
    }
    const far = connect({ host: '127.0.0.1', port: this.#port })
    const both = [near, far]
    const end = () => {
      for (const socket of both) socket.destroy()
    }
    for (const socket of both) {
      this.#sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', end)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        end()
      })
    }
    let fate: Fate = 'pass'
    let rest: Buffer = Buffer.alloc(0)
    near.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
        const message = rest.subarray(0, rest.readInt32LE(0))
        rest = rest.subarray(message.length)
        const command = commandOf(message)
        fate = DRIVER_COMMANDS.test(command) ? 'pass' : this.#fault(command, this.#seen++)
        if (fate === 'cut') return end()
        if (fate === 'refuse') return this.break()
        if (fate !== 'swallow') far.write(message)
      }
    })
    far.on('data', (chunk: Buffer) => {
      if (fate === 'cut reply') end()
      else if (fate === 'pass') near.write(chunk)
      else if (typeof fate === 'object') setTimeout(() => near.destroyed || near.write(chunk), fate.delayMs)
    })
  }
}

/** The name of an OP_MSG's command: the first key of its first document. Other messages have none. */
function commandOf(message: Buffer): string {
  const opcode = message.readInt32LE(12)
  if (opcode !== 2013) return 'hello'
  const key = HEADER_BYTES + 4 + 1 + 4 + 1
  return message.toString('latin1', key, message.indexOf(0, key))
}
