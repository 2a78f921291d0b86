export interface Row {
  readonly name: string
  readonly text: string
  readonly sha256: string
  readonly hex: string
  readonly base32: string
}

export declare function rows(): Row[]
