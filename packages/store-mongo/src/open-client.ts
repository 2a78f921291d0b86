import type { MongoClient, MongoClientOptions } from 'mongodb'
import { loadDriver } from './driver.ts'
import { probeServers } from './server-probe.ts'

/** The end of a connection on which nothing moves, so that none is lost forever. */
const SILENT_SOCKET_MS = 60_000
/**
 * A connection that is being made outlives its client's end. So each may take as long as a caller waits, and a little
 * longer, so that the driver does not begin another one just before the caller gives up.
 */
const AFTER_WAIT_MS = 150
/** How long a process that would otherwise end may be kept by the question whether a server is there. */
const PROBE_MS = 600

/** How to make clients: the URL and the options of the driver, and how long a caller waits. */
export interface ClientOptions {
  readonly url: string
  readonly serverWaitMs: number
  readonly options?: MongoClientOptions
}

/** A client for callers. */
export function openClient(plan: ClientOptions): Promise<MongoClient> {
  const ms = plan.serverWaitMs + AFTER_WAIT_MS
  // The second limits a wait without a caller: the driver's good-bye to a server that has gone.
  return open(plan, { connectTimeoutMS: ms, serverSelectionTimeoutMS: ms }, {})
}

/**
 * A client for one question: can the server be used again? Fails if no server answers at all, in a time for which a
 * process that would otherwise end can be kept.
 */
export async function openProbe(plan: ClientOptions): Promise<MongoClient> {
  const ms = probeMs(plan)
  const client = await open(plan, {}, { connectTimeoutMS: ms, serverSelectionTimeoutMS: ms })
  await probeServers(client, ms)
  return client
}

/** How long to wait for a server to say anything. */
export function probeMs({ serverWaitMs }: ClientOptions): number {
  return isServing() ? serverWaitMs : Math.min(PROBE_MS, serverWaitMs)
}

/** A process that listens does not end by itself, so nothing is gained by closing connections under it. */
export function isServing(): boolean {
  return process.getActiveResourcesInfo().some((kind) => kind === 'TCPServerWrap' || kind === 'PipeServerWrap')
}

async function open(
  { url, options }: ClientOptions,
  suggested: MongoClientOptions,
  forced: MongoClientOptions,
): Promise<MongoClient> {
  const { MongoClient } = await loadDriver()
  const ours: MongoClientOptions = { appName: 'persist', socketTimeoutMS: SILENT_SOCKET_MS, ...suggested }
  // Options go before the URL with the driver; here what the user says goes before what we suggest.
  const unsaid = Object.entries(ours).filter(([option]) => !new RegExp(`[?&]${option}=`, 'i').test(url))
  return new MongoClient(url, { ...Object.fromEntries(unsaid), ...options, ...forced })
}
