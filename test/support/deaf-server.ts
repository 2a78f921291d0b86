import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A server that accepts connections and never replies. */
export class DeafServer {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server = createServer((socket) => this.#sockets.add(socket.on('error', () => {})))

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
