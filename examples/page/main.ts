// A page whose results outlive it, in IndexedDB. Run it: npx vite examples/page
import { persist } from '@persist/core'
import { idbStore } from '@persist/store-idb'

const prime = persist(
  async (index: number) => {
    let prime = 1
    for (let found = 0; found < index; prime++) if (isPrime(prime + 1)) found++
    return prime
  },
  { funcname: 'prime', cache: idbStore('primes') },
)

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor ** 2 <= candidate; divisor++) if (candidate % divisor === 0) return false
  return true
}

const output = document.querySelector('output')!

document.querySelector('form')!.addEventListener('submit', async (event) => {
  event.preventDefault()
  const index = Number(new FormData(event.target as HTMLFormElement).get('index'))
  const { hits } = await prime.stats()
  const value = await prime(index)
  const isStored = (await prime.stats()).hits > hits
  output.textContent = `Prime number ${index} is ${value} (${isStored ? 'stored' : 'computed'}).`
})

document.querySelector('#forget')!.addEventListener('click', async () => {
  output.textContent = `Forgot ${await prime.cache.clear()} results.`
})
