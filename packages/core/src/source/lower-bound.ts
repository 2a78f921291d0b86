/** The index of the first item of a list that is far enough; the length if there is none. */
export function lowerBound<T>(list: readonly T[], isFarEnough: (item: T) => boolean): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isFarEnough(list[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
