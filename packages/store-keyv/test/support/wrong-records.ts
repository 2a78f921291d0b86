import { crc32 } from 'node:zlib'

/** A record with this header and a checksum that is right: of a program with a fault, or with bad intentions. */
function sealed(header: string, payload = 'x'): string {
  const summed = `",${header}\n${payload}`
  return `{"persist":1,"crc32":"${crc32(summed).toString(16).padStart(8, '0')}${summed}`
}

const withHead = (head: unknown) => sealed(`"payload":"text","namespace":"f","head":${JSON.stringify(head)}}`)
const withField = (name: string, value: unknown) => withHead({ hash: 'h', createdAt: 1, [name]: value })

/** Records that are whole by their checksum, and wrong in each way that a header can be wrong. */
export const WRONG_RECORDS: readonly string[] = [
  sealed('no JSON'),
  sealed('"payload":"text","namespace":"f"}'),
  sealed('"payload":"text","head":{"hash":"h","createdAt":1}}'),
  sealed('"payload":"text","namespace":5,"head":{"hash":"h","createdAt":1}}'),
  sealed('"payload":"pickle","namespace":"f","head":{"hash":"h","createdAt":1}}'),
  sealed('"payload":"bytes","namespace":"f","head":{"hash":"h","createdAt":1}}', 'no base64!'),
  sealed('"payload":"bytes","namespace":"f","head":{"hash":"h","createdAt":1}}', 'a?aa'),
  sealed('"payload":"utf16","namespace":"f","head":{"hash":"h","createdAt":1}}', 'AAAA'),
  // All in one line.
  sealed('"payload":"text","namespace":"f","head":{"hash":"h","createdAt":1}}').replaceAll('\n', ''),
  ...[null, 5, [], 'h', {}, { hash: 'h' }, { createdAt: 1 }, { hash: 5, createdAt: 1 }].map(withHead),
  ...['1', null, {}].map((value) => withField('createdAt', value)),
  ...['expiresAt', 'staleUntil', 'durationMs'].flatMap((name) =>
    ['1', null, true].map((value) => withField(name, value)),
  ),
  ...['key', 'keyDigest', 'metadata', 'version', 'source'].flatMap((name) =>
    [5, null, {}].map((value) => withField(name, value)),
  ),
  ...[1, 'yes', null].map((value) => withField('promised', value)),
  ...['red', [5], [null], {}].map((value) => withField('tags', value)),
]
