import { contents, files, registerKind } from '../tracing.ts'
import { cwdKind } from './cwd.ts'
import { envKind } from './env.ts'
import { contentKind } from './file.ts'
import { observedKind } from './observed.ts'
import { presenceDigest, stampKind, statDigest } from './presence.ts'
import { treeKind } from './tree.ts'

/** Every kind of input of this package, by the name that entries have. */
export const KINDS = {
  cwd: cwdKind,
  env: envKind,
  exists: stampKind(files, presenceDigest),
  stat: stampKind(files, statDigest),
  file: contentKind('file', contents),
  list: contentKind('directory', contents),
  tree: treeKind(files),
  observed: observedKind,
}

// At once: a result may have to be verified long before anything is read.
for (const [name, kind] of Object.entries(KINDS)) registerKind(name, kind)
