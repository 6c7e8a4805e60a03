export const KINDS = ['reminder', 'required-notice', 'service', 'confirmation'] as const
/** What a message is for; some stops let a required notice or a confirmation through. */
export type Kind = (typeof KINDS)[number]

export const MODES = ['automated', 'agent'] as const
/** Who speaks: a machine, or a person who calls. */
export type Mode = (typeof MODES)[number]
