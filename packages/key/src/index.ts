export { named, positional } from './arguments.ts'
export { canonical } from './canonical.ts'
export { identity } from './identity.ts'
