import { TextDecoder } from 'node:util'

/** The value in a file of JSON. Runtimes skip the byte order mark that some editors write before it. */
export function parsedJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
