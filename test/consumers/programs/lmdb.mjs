// The native part of LMDB comes prebuilt.
import { persist } from '@persist/core'

const double = persist((x) => 2 * x, { funcname: 'double', cache: 'lmdb://cache' })
console.log(double(3), double.stats().hits)
