/** Up to the last @ before the path: a password may itself hold an unescaped @. */
const LOGIN = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi
/** Up to the very last @: a password may hold an unescaped slash, too. What follows file:// and lmdb:// is a path. */
const LOGIN_WITH_SLASH = /\b(?!file:|lmdb:)([a-z][a-z0-9+.-]*:\/\/)[^\s/?#:@]*:\S*@/gi
const SECRET_PARAMETER = /([?&;](?:[^=&;#]*(?:password|passwd|secret|token|key|auth)[^=&;#]*)=)[^&;#]*/gi

/**
 * The URL (or any text with URLs in it) with user, password and secret-looking parameters replaced by `***`.
 *
 * @example
 * ```ts
 * redactUrl('mongodb://ann:S3cret@db.example/app')   // 'mongodb://***@db.example/app'
 * ```
 */
export function redactUrl(text: string): string {
  return text.replace(LOGIN_WITH_SLASH, '$1***@').replace(LOGIN, '$1***@').replace(SECRET_PARAMETER, '$1***')
}
