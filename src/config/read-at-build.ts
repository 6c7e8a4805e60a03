/**
 * What do the policy files that came with this build say? The SHA-256 of a file's text, in hex, to its value as JSON.
 *
 * Empty in a checkout; `npm run build` puts the shipped files here, because parsing them was a third of what a short command cost. A file
 * that was edited has another sum and is parsed as ever.
 */
export const READ_AT_BUILD: ReadonlyMap<string, string> = new Map<string, string>()
