import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'

/** What a cache URL says to us, and what is left of it for the driver. */
export interface MongoUrl {
  /** For the driver: without our own parameters. */
  readonly driverUrl: string
  readonly database: string
  readonly collection: string | undefined
  /** In milliseconds, as the option of the same name. */
  readonly serverWaitMs: number | undefined
  /** For people: no user, no password, no options; equal for URLs of one place. */
  readonly hosts: string
  /** Texts that may appear nowhere. */
  readonly secrets: readonly string[]
}

const DEFAULT_DATABASE = 'persist'
const DEFAULT_PORT = ':27017'
const URL_PARTS = /^(mongodb(?:\+srv)?):\/\/(?:([^/?]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/is
const OUR_PARAMETERS = ['persistCollection', 'persistServerWaitMs'] as const
const SECRET_PARAMETER = /password|secret|token|key|auth(?!source|mechanism$)/i

/**
 * Reads a cache URL, of which the driver gets all but our own parameters.
 *
 * @throws OptionError if it is none; the message shows nothing of it.
 */
export function readMongoUrl(url: string): MongoUrl {
  const [, scheme, login, hosts, path, query] = URL_PARTS.exec(url) ?? []
  if (scheme === undefined || hosts === undefined) {
    throw new OptionError('the cache is no URL of a MongoDB: mongodb://[user:password@]host[:port][/database]', {
      option: 'cache',
    })
  }
  const parameters = (query ?? '').split('&').filter(Boolean)
  const ours = readParameters(parameters.filter(isOurs))
  const theirs = parameters.filter((parameter) => !isOurs(parameter))
  checkAcknowledged(theirs)
  return {
    driverUrl: `${scheme}://${login === undefined ? '' : `${login}@`}${hosts}/${path ?? ''}${theirs.length > 0 ? `?${theirs.join('&')}` : ''}`,
    database: path ? decoded(path) : DEFAULT_DATABASE,
    collection: ours.get('persistCollection'),
    serverWaitMs: waitIn(ours.get('persistServerWaitMs')),
    hosts: `${scheme.toLowerCase()}://${hosts.split(',').map(plainHost).sort().join(',')}`,
    secrets: secretsIn(login, theirs),
  }
}

function isOurs(parameter: string): boolean {
  return /^persist/i.test(parameter)
}

function readParameters(parameters: readonly string[]): Map<string, string> {
  const read = new Map<string, string>()
  for (const parameter of parameters) {
    const [name, value] = readParameter(parameter)
    if (read.has(name))
      throw new OptionError(`the cache URL has the parameter ${name} more than once`, { option: name })
    read.set(name, value)
  }
  return read
}

function readParameter(parameter: string): [string, string] {
  const [name = '', ...value] = parameter.split('=')
  const known = OUR_PARAMETERS.find((ours) => ours.toLowerCase() === name.toLowerCase())
  if (known !== undefined) return [known, decoded(value.join('='))]
  const near = nearest(name, OUR_PARAMETERS)
  throw new OptionError(`the cache URL has an unknown parameter ${name}${near ? `; did you mean ${near}?` : ''}`, {
    option: name,
    nearest: near,
  })
}

function waitIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = Number(text)
  if (ms > 0 && Number.isFinite(ms)) return ms
  throw new OptionError('persistServerWaitMs in the cache URL must be a positive number of milliseconds', {
    option: 'persistServerWaitMs',
  })
}

/** Without acknowledgment no process knows who holds a lease. */
function checkAcknowledged(parameters: readonly string[]): void {
  if (!parameters.some((parameter) => /^w=0$/i.test(parameter))) return
  throw new OptionError('the cache URL says w=0, and a store needs writes to be acknowledged', { option: 'cache' })
}

function plainHost(host: string): string {
  const lower = host.trim().toLowerCase()
  return lower.endsWith(DEFAULT_PORT) ? lower.slice(0, -DEFAULT_PORT.length) : lower
}

function secretsIn(login: string | undefined, parameters: readonly string[]): string[] {
  const password = login?.includes(':') ? login.slice(login.indexOf(':') + 1) : ''
  const values = parameters
    .filter((parameter) => SECRET_PARAMETER.test(parameter.split('=', 1)[0]!))
    .map((parameter) => parameter.slice(parameter.indexOf('=') + 1))
  const secrets = [password, ...values].filter(Boolean)
  return [...new Set(secrets.flatMap((secret) => [secret, decoded(secret), encodeURIComponent(decoded(secret))]))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
