import { pickle, unpickle } from '@persist/pickle/v8'
import { it } from 'vitest'
import { bringsBack } from './support/brings-back.ts'
import { binaryGraphs } from './support/random-values.ts'

it('as bytes, 100,000 random graphs with holes, shared and circular, come back equal', () =>
  bringsBack({ pickle, unpickle }, binaryGraphs, 100_000))
