/** Optional features of a server. */
export interface Features {
  /** Fail on purpose. */
  readonly testCommands: boolean
  /** Refuse unknown users. */
  readonly auth: boolean
}

/** How to run a MongoDB server on this machine. */
export interface MongoProgram {
  readonly name: string
  readonly command: string
  /** The arguments that make it listen on 127.0.0.1:`port` and keep its files in `folder`. */
  args(port: number, folder: string, features: Features): readonly string[]
}

export function mongoProgram(reasons?: string[]): Promise<MongoProgram | undefined>
