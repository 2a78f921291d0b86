/** The location on the page. It is part of the address, so that back and reload work. */
export interface Route {
  readonly funcname?: string
  readonly hash?: string
}

/** `#/double/wXS1bv` */
export function currentRoute(): Route {
  const [, funcname, hash] = location.hash.split('/').map(decoded)
  if (!location.hash.startsWith('#/') || funcname === undefined) return {}
  return hash === undefined ? { funcname } : { funcname, hash }
}

export function hrefOf({ funcname, hash }: Route): string {
  if (funcname === undefined) return '#'
  const start = `#/${encodeURIComponent(funcname)}`
  return hash === undefined ? start : `${start}/${encodeURIComponent(hash)}`
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
