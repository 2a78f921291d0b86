import { count } from '../../format.ts'
import type { Branch, TreeNode } from '../types.ts'
import { el } from './dom.ts'

/** The number of levels that are open from the start, if they have few parts. */
const OPEN_LEVELS = 2
const FEW = 30

/** A value as a tree that opens and closes. All strings in it become text nodes. */
export function treeView(node: TreeNode, level = 0, label?: string): HTMLElement {
  const named = label === undefined ? [] : [el('span', { class: 'label' }, label), ' ']
  if (!('parts' in node)) return el('span', {}, ...named, leafView(node.type, node.text, node.more))
  const type = el('span', { class: 'type' }, `${node.type} (${count(node.size)})`)
  if (node.size === 0) return el('span', {}, ...named, type)
  return el(
    'details',
    { open: level < OPEN_LEVELS && node.size <= FEW },
    el('summary', {}, ...named, type),
    el('ul', { class: 'parts' }, ...partViews(node, level)),
  )
}

function partViews({ parts, more }: Branch, level: number): HTMLElement[] {
  const views = parts.map(([label, part]) => el('li', {}, treeView(part, level + 1, label)))
  if (more !== undefined) views.push(el('li', { class: 'faint' }, `… ${count(more)} more`))
  return views
}

function leafView(type: string, text: string, more: number | undefined): HTMLElement {
  const quoted = type === 'string' ? JSON.stringify(text) : text
  return el(
    'span',
    {},
    el('span', { class: `leaf ${type === 'string' || type === 'text' ? 'text' : 'other'}`, title: type }, quoted),
    more !== undefined && el('span', { class: 'faint' }, ` … ${count(more)} letters more`),
  )
}
