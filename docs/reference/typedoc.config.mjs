import { fileURLToPath } from 'node:url'
import { packages } from '../../scripts/packages.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The command has no entry point that a program imports. */
const imported = packages.filter(({ entries }) => entries.length > 0)

export default {
  name: '@persist/*',
  tsconfig: 'tsconfig.json',
  entryPoints: imported.flatMap(({ entries }) => entries.map(({ source }) => root + source)),
  out: 'dist',
  readme: 'none',
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  packagesRequiringDocumentation: imported.map(({ name }) => name),
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Method', 'Accessor'],
}
