export declare const CATALOG: readonly (readonly [name: string, make: () => unknown])[]
