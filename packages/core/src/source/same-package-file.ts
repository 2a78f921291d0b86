/** Whether two files are one file of a package that is installed twice. */
export function areSamePackageFile(first: string, second: string): boolean {
  const path = pathInPackage(first)
  return path !== undefined && path === pathInPackage(second)
}

/** The path within an installed package. Two installed copies of the package share it. */
export function pathInPackage(file: string): string | undefined {
  const at = file.lastIndexOf('/node_modules/')
  return at < 0 ? undefined : file.slice(at)
}
