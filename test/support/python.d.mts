/**
 * The interpreter of a virtual environment with one package from PyPI, made when it is not there yet, and kept;
 * `undefined`: there can be none here, and `reasons` tells why.
 *
 * @example
 * ```ts
 * const python = await pythonWith('pypersist==1.1')
 * ```
 */
export function pythonWith(requirement: string, reasons?: string[]): Promise<string | undefined>
