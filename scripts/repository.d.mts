/** What the package.json of a folder in `packages/` says about the repository. */
export function repositoryFields(folder: string): {
  readonly homepage: string
  readonly bugs: string
  readonly repository: { readonly type: 'git'; readonly url: string; readonly directory: string }
}
