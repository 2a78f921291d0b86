// Prints the digest of the code of a module. The clock is ahead, so that manifests are trusted at once.
const { now } = Date
Date.now = () => now() + 10_000
const { code } = await import('@persist/code')
console.log(code(process.argv[2]).read().digest)
