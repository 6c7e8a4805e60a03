function refuse(): never {
  throw new TypeError('the configuration is frozen')
}

/** The same value, unchangeable all the way down; changing it throws. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  if (value instanceof Map) {
    for (const inner of value.values()) freeze(inner)
    Object.defineProperties(value, { set: { value: refuse }, delete: { value: refuse }, clear: { value: refuse } })
  } else for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}
