export interface RedisProgram {
  readonly command: string
  readonly argv0?: string
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>
}

export function redisProgram(reasons?: string[]): Promise<RedisProgram | undefined>
