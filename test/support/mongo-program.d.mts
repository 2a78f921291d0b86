/** How to run a MongoDB server on this machine. */
export interface MongoProgram {
  readonly name: string
  readonly command: string
  /** The arguments that make it listen on 127.0.0.1:`port`, keep its files in `folder`, and fail on purpose. */
  args(port: number, folder: string, testCommands: boolean): readonly string[]
}

export function mongoProgram(reasons?: string[]): Promise<MongoProgram | undefined>
