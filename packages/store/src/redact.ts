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
  // Up to the last @ before the path: a password may itself hold an unescaped @.
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, '$1***@').replace(SECRET_PARAMETER, '$1***')
}
