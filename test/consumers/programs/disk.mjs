// The shortest program: a function with its results in ./persist.
import { persist } from '@persist/core'

const double = persist(function double(x) {
  console.log('computing')
  return { twice: 2 * x, at: new Date(0) }
})
console.log(double(3).twice, double(3).at.toISOString(), double.cache.size)
