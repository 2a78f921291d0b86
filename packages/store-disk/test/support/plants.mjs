// What another program may put in the place of a file of the store's own.
import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const MAKERS = {
  'a link to a foreign file': (path, victim) => symlinkSync(victim, path),
  'a second name of a foreign file': (path, victim) => linkSync(victim, path),
  'a dangling link': (path, victim) => symlinkSync(join(dirname(victim), 'made-by-us'), path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a device that never ends': (path) => execFileSync('mknod', [path, 'c', '1', '5']),
  'a folder': (path) => {
    mkdirSync(path)
    writeFileSync(join(path, 'theirs'), 'kept')
  },
  'an empty file': (path) => writeFileSync(path, ''),
  'a file of 3 GB': (path) => {
    writeFileSync(path, '')
    truncateSync(path, 3e9)
  },
  'binary rubbish': (path) =>
    writeFileSync(path, Buffer.from(Array.from({ length: 9999 }, (_, byte) => (byte * 7) % 256))),
}

export const PLANTS = Object.keys(MAKERS)

export function plant(kind, path, victim) {
  MAKERS[kind](path, victim)
}
