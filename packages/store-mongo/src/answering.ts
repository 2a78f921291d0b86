import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP, type NetConnectOpts } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { MongoClient, MongoOptions } from 'mongodb'
import { loadDriver } from './driver.ts'
import { OutOfPatience } from './patience.ts'

const OP_MSG = 2013

/**
 * Fails unless one of a client's servers says anything at all within the time. The driver cannot be asked that: the
 * connections that it was making to a silent server outlive its client, and a process would have to wait for them.
 */
export async function answering({ options }: MongoClient, ms: number): Promise<void> {
  // Whoever is reached through others is left to the driver.
  if (options.proxyHost !== undefined) return
  const hello = await helloMessage()
  const servers = await serversOf(options, ms)
  try {
    await Promise.any(servers.map((server) => answer(server, options.tls, hello, ms)))
  } catch (error) {
    throw (error as AggregateError).errors[0]
  }
}

async function serversOf({ hosts, srvHost, srvServiceName }: MongoOptions, ms: number): Promise<NetConnectOpts[]> {
  if (srvHost === undefined) {
    return hosts.map(({ host, port, socketPath }) => (socketPath ? { path: socketPath } : { host, port: port! }))
  }
  const found = await new Resolver({ timeout: ms, tries: 1 }).resolveSrv(`_${srvServiceName}._tcp.${srvHost}`)
  return found.map(({ name, port }) => ({ host: name, port }))
}

async function answer(server: NetConnectOpts, tls: boolean, hello: Uint8Array, ms: number): Promise<void> {
  const signal = AbortSignal.timeout(ms)
  const socket = tls ? connectTls(encrypted(server)) : connect(server)
  socket.on('error', () => {})
  if (!tls) socket.write(hello)
  try {
    await Promise.race([once(socket, tls ? 'secureConnect' : 'data', { signal }), hungUp(socket, signal)])
  } catch (error) {
    // To complain about what it is told is an answer, too.
    if (/^ERR_(SSL|TLS)/.test(String((error as { code?: unknown }).code))) return
    throw signal.aborted ? new OutOfPatience(ms) : error
  } finally {
    socket.destroy()
  }
}

async function hungUp(socket: ReturnType<typeof connect>, signal: AbortSignal): Promise<never> {
  await once(socket, 'close', { signal })
  throw Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' })
}

/** Nothing is told to the server but hello: who it is shall concern the driver. */
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
