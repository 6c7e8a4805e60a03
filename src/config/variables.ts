/** One `${NAME}` or `${NAME:-default}` in a file, resolved. */
export interface Variable {
  name: string
  /** From the environment, else the default, else empty. */
  value: string
  /** Not set, and no default is given. */
  missing: boolean
}

const REFERENCE = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g

/**
 * Which variables does this text refer to?
 *
 * Each reference is replaced by a mark (private-use characters around its index) that
 * is plain text to a YAML parser; `$${NAME}` stands for a literal `${NAME}`. An
 * environment variable that is set but empty counts as not set, as in a shell's `:-`.
 */
export function markVariables(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { text: string; variables: Variable[] } {
  const variables: Variable[] = []
  const marked = text.replace(REFERENCE, (whole: string, escaped: string, name: string, fallback: string | undefined) => {
    const set = env[name]
    const value = set !== undefined && set !== '' ? set : (fallback ?? '')
    variables.push(escaped === '$'
      ? { name, value: whole.slice(1), missing: false }
      : { name, value, missing: value === '' && fallback === undefined })
    return `\uE000${variables.length - 1}\uE001`
  })
  return { text: marked, variables }
}
