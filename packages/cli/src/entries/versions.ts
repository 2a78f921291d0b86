import type { Summary } from './summary.ts'

/** A version with the digest that core adds for `dependsOn`. Eight characters distinguish one from another. */
const DIGEST = /#([\w-]{8})[\w-]{35}$/

/** A version as people compare it. */
export function shortVersion(version: string): string {
  return version.replace(DIGEST, '#$1')
}

/** The versions in one string, those with most entries first. */
export function versionsIn(versions: Summary['versions']): string {
  const named = Object.entries(versions).filter(([version]) => version !== '')
  return (
    named
      .sort((a, b) => b[1] - a[1])
      .map(([version]) => shortVersion(version))
      .join(' ') || '–'
  )
}
