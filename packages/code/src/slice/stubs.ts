/** The values that `@persist/core` and `@persist/code` export. A test compares them with the packages. */
export const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  '@persist/core': [
    'CodecError',
    'DuplicateNamespaceError',
    'HashCollisionError',
    'HashError',
    'InputError',
    'KeyError',
    'NotPersistedError',
    'OptionError',
    'PersistError',
    'PickleError',
    'ReplayMissError',
    'StoreError',
    'StoreNotInstalledError',
    'UnknownStoreError',
    'UnpickleError',
    'closeStores',
    'createPersist',
    'memoryStore',
    'persist',
    'persisted',
    'registerStore',
    'resolveStore',
  ],
  '@persist/code': ['code', 'env', 'packages', 'runtime', 'value'],
}

/**
 * Replaces both packages in a slice by functions without effects: then a persisted function of the same file that is not used
 * is no part of the slice. Each returns its arguments: esbuild would replace the call of an empty function, and lose a persisted
 * function that is used.
 */
export const STUBS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EXPORTS).map(([name, exports]) => [
    name,
    `data:text/javascript,${encodeURIComponent(
      exports.map((one) => `/* @__NO_SIDE_EFFECTS__ */ export function ${one}() { return arguments }`).join('\n'),
    )}`,
  ]),
)
