/** Keeps something as the latest, and gives up the oldest one if there are more than `most`. */
export function keepLatest<T extends { readonly drop?: () => void }>(
  kept: Map<string, T>,
  name: string,
  one: T,
  most: number,
): void {
  kept.delete(name)
  kept.set(name, one)
  if (kept.size <= most) return
  const [oldest, { drop }] = kept.entries().next().value!
  kept.delete(oldest)
  drop?.()
}
