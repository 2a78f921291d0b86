import type { Range } from './declared-names.ts'
import { afterArrow, afterStatement, isName } from './scopes.ts'
import { afterGroup, afterTypes, isPunctuator, type Tokens } from './source-tokens.ts'

/** The loops of a module body that wait at an `await` of their own, so that no caller shows in which round they are. */
export function waitingLoops(tokens: Tokens, body = { from: 0, to: tokens.list.length }): readonly Range[] {
  return loopsIn(tokens, body).filter((range) => waits(tokens, range))
}

/** The loops that are statements of the module body, also in its blocks. */
function loopsIn(tokens: Tokens, body: Range): readonly Range[] {
  const { list } = tokens
  const found: Range[] = []
  for (let index = body.from; index < body.to; ) {
    const token = list[index]!
    const isOpen = isPunctuator(list[index + 1], /^\($/)
    if (isPunctuator(token, /^[{}()[\];]$/)) index++
    else if (isPunctuator(list[index + 1], /^:$/)) index += 2
    else if (isOpen && /^(if|switch|with|catch)$/.test(token.value)) index = afterGroup(tokens, index + 1)
    else if (/^(else|try|catch|finally|default)$/.test(token.value)) index++
    else if (token.value === 'case') index = afterCase(tokens, index)
    else if (/^(for|while|do)$/.test(token.value) && isName(list, index)) {
      const to = Math.max(afterStatement(tokens, index), index + 1)
      found.push({ from: index, to })
      index = to
    } else index = Math.max(afterStatement(tokens, index), index + 1)
  }
  return found
}

function afterCase(tokens: Tokens, index: number): number {
  let next = index + 1
  while (next < tokens.list.length && !isPunctuator(tokens.list[next], /^:$/)) next = afterGroup(tokens, next)
  return next + 1
}

/** Whether an `await` is in a range, outside of the functions in it. Only functions with the word `async` may have one. */
function waits(tokens: Tokens, { from, to }: Range): boolean {
  const { list } = tokens
  for (let index = from; index < to; ) {
    const { value } = list[index]!
    if (value === 'await' && isName(list, index)) return true
    index = value === 'async' && isName(list, index) ? afterAsync(tokens, index) : index + 1
  }
  return false
}

/** The index after the function that begins at `async`; that of the next token if this is not sure. Types may be in between. */
function afterAsync(tokens: Tokens, index: number): number {
  const { list } = tokens
  let next = index + 1
  if (list[next + 1]?.value === '=>') return afterBody(tokens, next + 2)
  const isArrow = isPunctuator(list[next], /^[(<]$/)
  if (list[next]?.value === 'function') next++
  if (isPunctuator(list[next], /^\*$/)) next++
  if (!isPunctuator(list[next], /^[(<]$/)) next = afterGroup(tokens, next)
  next = afterTypes(tokens, next)
  if (!isPunctuator(list[next], /^\($/)) return index + 1
  next = afterGroup(tokens, next)
  if (isPunctuator(list[next], /^:$/)) next = afterType(tokens, next + 1)
  if (isArrow) return list[next]?.value === '=>' ? afterBody(tokens, next + 1) : index + 1
  return isPunctuator(list[next], /^\{$/) ? afterGroup(tokens, next) : index + 1
}

const afterBody = (tokens: Tokens, index: number) =>
  isPunctuator(tokens.list[index], /^\{$/) ? afterGroup(tokens, index) : afterArrow(tokens, index)

/** The index after the type of a result: that of the arrow, or that of the brace before a body. */
function afterType(tokens: Tokens, index: number): number {
  const { list } = tokens
  let next = index
  while (next < list.length && !isPunctuator(list[next], /^(=>|[;,=)\]}])$/) && list[next]!.value !== 'await') {
    const isType = next === index || isPunctuator(list[next - 1], /^[|&]$/) || list[next - 1]!.value === 'is'
    if (isPunctuator(list[next], /^\{$/) && !isType) return next
    next = isPunctuator(list[next], /^<$/) ? afterTypes(tokens, next) : afterGroup(tokens, next)
  }
  return next
}
