export { delayed } from './delayed.ts'
