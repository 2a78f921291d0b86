import { expect } from 'vitest'

/** What `calls` of `programs/calls.ts` reports on every platform without files. */
export const EXPECTED_CALLS = {
  double: [6, 6, 1],
  runs: 1,
  copies: 3,
  again: [1, 0, 1, '1,2,1'],
  recent: [1, 2, 3],
  nested: 5,
  afterWaiting: 5,
  limited: 3,
  failing: 'RangeError: a failure of its own',
  counted: [
    [0, 1, 2],
    [0, 1, 2],
  ],
  file: expect.stringMatching(/^StoreNotInstalledError: .*Give the option cache: idbStore\(\) of @persist\/store-idb/),
  mongodb: expect.stringMatching(/^StoreNotInstalledError: .*registerStore\("mongodb", fromUrl\)/),
  unknown: expect.stringMatching(/^UnknownStoreError: .*Did you mean memory/),
  hits: 5,
}
