export const { env } = process
