// In `@persist/store`, since stores use it in their own messages about missing drivers.
export { installCommand } from '@persist/store'
