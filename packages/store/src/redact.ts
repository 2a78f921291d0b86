/** Matches up to the last @ before the path, because a password may contain an unescaped @. */
const LOGIN = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi
/**
 * Matches up to the last @ of all, because a password may also contain an unescaped slash. It skips file:// and lmdb://: a
 * path follows them.
 */
const LOGIN_WITH_SLASH = /\b(?!file:|lmdb:)([a-z][a-z0-9+.-]*:\/\/)[^\s/?#:@]*:\S*@/gi
const SECRET_PARAMETER = /([?&;](?:[^=&;#]*(?:password|passwd|secret|token|key|auth)[^=&;#]*)=)[^&;#]*/gi

/**
 * Returns the URL (or any string that contains URLs) with the user, the password and the values of parameters that look
 * secret replaced by `***`.
 *
 * @example
 * ```ts
 * redactUrl('mongodb://ann:S3cret@db.example/app')   // 'mongodb://***@db.example/app'
 * ```
 */
export function redactUrl(text: string): string {
  return text.replace(LOGIN_WITH_SLASH, '$1***@').replace(LOGIN, '$1***@').replace(SECRET_PARAMETER, '$1***')
}
