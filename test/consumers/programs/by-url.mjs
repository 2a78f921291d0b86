// Core is in the bundle and the store is installed beside it, so the URL is enough.
import { persist } from '@persist/core'

const double = persist((x) => 2 * x, { funcname: 'double', cache: 'file://cache' })
console.log(double(2), double(2), double.stats().hits)
