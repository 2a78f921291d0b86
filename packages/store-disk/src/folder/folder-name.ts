import { hash as digest } from 'node:crypto'
import { ROOT_FILES, WORK_FOLDER } from './layout.ts'

// Readable where it is safe on Linux, macOS and Windows; else readable as far as that goes, `~`, and a digest:
//
//   power            power
//   Model.predict    Model.predict
//   a/b              a_b~c14cddc033f64b9d
//   (nothing)        ~4f53cda18c2baa0c
//   Power            Power, or Power~… where there is a folder `power` already

const PLAIN = /^[A-Za-z0-9_$@(][A-Za-z0-9_$@()+,=. -]{0,99}$/
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i
const RESERVED = new Set([WORK_FOLDER, ...ROOT_FILES].map((name) => name.toLowerCase()))

/** Whether a namespace's own name can name its folder. Such a name has no `~`, and all other folders' names have one. */
export function isPlain(namespace: string): boolean {
  return (
    PLAIN.test(namespace) &&
    !/[. ]$/.test(namespace) &&
    !DEVICE.test(namespace) &&
    !RESERVED.has(namespace.toLowerCase())
  )
}

/** The folder's name for a namespace that is not plain, or whose plain name is taken. */
export function digestName(namespace: string): string {
  const readable = namespace
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_$.-]+/gu, '_')
    .replace(/^[._]+|[._]+$/g, '')
  const short = [...readable].slice(0, 40).join('')
  return `${short}~${digest('sha256', JSON.stringify(namespace), 'hex').slice(0, 16)}`
}

/** The folder's name, where the store's folder holds these names already. `undefined`: it has none yet, and none is taken. */
export function existingName(namespace: string, names: readonly string[]): string | undefined {
  const aside = digestName(namespace)
  if (!isPlain(namespace)) return aside
  const folded = namespace.toLowerCase()
  let taken = false
  for (const name of names) {
    if (name === namespace) return name
    if (name.toLowerCase() === folded) taken = true
  }
  return taken || names.includes(aside) ? aside : undefined
}
