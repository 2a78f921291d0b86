// Not imported: files are read only if two functions claim one namespace.

export function readTextFile(path: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8')
}

export function changedAt(path: string): number {
  return process.getBuiltinModule('node:fs').statSync(path).mtimeMs
}
