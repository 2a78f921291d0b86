import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { MongoClient, MongoOptions } from 'mongodb'
import { loadDriver } from './driver.ts'
import { Timeout } from './timeout.ts'

const OP_MSG = 2013

/**
 * Fails unless one of a client's servers says anything at all within the time. The driver cannot be asked that: the
 * connections that it was making to a silent server outlive its client, and a process would have to wait for them.
 */
export async function probeServers({ options }: MongoClient, ms: number): Promise<void> {
  // A server behind a proxy is left to the driver.
  if (options.proxyHost !== undefined) return
  const hello = await helloMessage()
  const servers = await serversOf(options, ms)
  const sockets = servers.map((server) => (options.tls ? connectTls(encrypted(server)) : connect(server)))
  const answers = sockets.map((socket) => answer(socket, options.tls, hello))
  try {
    await new Timeout(ms).limit({ ms }, () => Promise.any(answers))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

async function serversOf({ hosts, srvHost, srvServiceName }: MongoOptions, ms: number): Promise<NetConnectOpts[]> {
  if (srvHost === undefined) {
    return hosts.map(({ host, port, socketPath }) => (socketPath ? { path: socketPath } : { host, port: port! }))
  }
  const found = await new Resolver({ timeout: ms, tries: 1 }).resolveSrv(`_${srvServiceName}._tcp.${srvHost}`)
  return found.map(({ name, port }) => ({ host: name, port }))
}

async function answer(socket: Socket, tls: boolean, hello: Uint8Array): Promise<void> {
  socket.on('error', () => {})
  if (!tls) socket.write(hello)
  try {
    await Promise.race([once(socket, tls ? 'secureConnect' : 'data'), hungUp(socket)])
  } catch (error) {
    // A complaint about our greeting is an answer, too.
    if (!/^ERR_(SSL|TLS)/.test(String((error as { code?: unknown }).code))) throw error
  }
}

async function hungUp(socket: Socket): Promise<never> {
  await once(socket, 'close')
  throw Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' })
}

/** The server gets no more than a greeting: its identity is the driver's concern. */
function encrypted(server: NetConnectOpts): ConnectionOptions {
  const isNamed = 'host' in server && server.host !== undefined && isIP(server.host) === 0
  return { ...server, rejectUnauthorized: false, ...(isNamed && { servername: server.host! }) }
}

/** https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md */
async function helloMessage(): Promise<Uint8Array> {
  const { BSON } = await loadDriver()
  const command = BSON.serialize({ hello: 1, $db: 'admin' })
  const head = Buffer.alloc(21)
  head.writeInt32LE(head.length + command.length, 0)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, command])
}
