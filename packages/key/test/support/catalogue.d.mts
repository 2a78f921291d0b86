export declare const CATALOGUE: readonly (readonly [name: string, make: () => unknown])[]
