/**
 * How do faults name this field? `['recipient', 'addresses', 0]` → `recipient.addresses[0]`.
 *
 * @param within  path of what `parts` begin in; empty for the whole input
 */
export function fieldPath(parts: readonly PropertyKey[], within = ''): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`
    return path === '' ? String(part) : `${path}.${String(part)}`
  }, within)
}
