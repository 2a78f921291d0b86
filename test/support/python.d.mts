/**
 * The interpreter of a virtual environment with one package from PyPI, made on first use, and kept;
 * `undefined`: it cannot be made here, and `reasons` has the causes.
 *
 * @example
 * ```ts
 * const python = await pythonWith('pypersist==1.1')
 * ```
 */
export function pythonWith(requirement: string, reasons?: string[]): Promise<string | undefined>
