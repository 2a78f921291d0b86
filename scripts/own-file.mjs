// Stands for `import.meta.url` in CommonJS; see `bundle.mjs`. A bundle that is an ES module has no `__filename`.
export const ownFile = typeof __filename === 'string' ? __filename : undefined
