// A store that lacks a driver says the same of it.
export { installCommand } from '@persist/store'
