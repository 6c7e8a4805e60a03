/** What was found that is not as Decorum wrote it. */
export type ChainFate =
  /** A row is not what its last link says. */
  | 'changed'
  | 'added'
  | 'removed'
  /** A row was written by a session that is not proved to be one of Decorum's; the link says what it did. */
  | 'written-by-another'
  /** A link is not the one that was made, or one is missing, or one was appended by somebody else. */
  | 'link-changed'
  | 'link-missing'
  | 'link-forged'
  /** A link that a signed head names is gone, or is another one now. */
  | 'signed-link-missing'
  | 'signed-link-replaced'
  /** A head has no valid signature, or does not follow the one before it. */
  | 'head-forged'
  | 'head-missing'
  /** What leaves notes was switched off or changed. */
  | 'trigger-changed'

/** One finding; ids only. */
export interface ChainFinding {
  fate: ChainFate
  /** `*`: of no creditor, or of all. */
  creditor: string
  /** The table; null: it is about links or heads. */
  relation: string | null
  /** The row's key, column by column; null: it is about no row. */
  row: Record<string, string> | null
  /** What the link says was done, where that is the finding. */
  action: string | null
  /** The number of the link in the creditor's chain; null: none. */
  link: number | null
  /** When the link, or the head that signed it, was made. */
  at: string | null
}

/** The chain of one creditor. */
export interface AuditedChain {
  creditor: string
  links: number
  rows: number
  /** The last link that a signed head covers; null: none. */
  signed: { link: number; at: string } | null
  /** Links after it. */
  unsigned: number
  /** The first of them is the first in the order of the chain. */
  findings: ChainFinding[]
  /** How many more there are. */
  more: number
}

/** Is the evidence as Decorum wrote it? */
export interface ChainAudit {
  intact: boolean
  chains: AuditedChain[]
  heads: { ledger: number; file: number | null; verified: boolean }
  /** Statements whose rows are in no link yet; their notes were compared all the same. */
  pending: number
  /** Tables whose rows of before the chain are still being linked; there an added row is not told from an old one. */
  unwalked: string[]
  /** What this audit cannot show as it was run. */
  assumptions: string[]
}

const FATES: Record<ChainFate, string> = {
  changed: 'was changed past Decorum',
  added: 'was added past Decorum',
  removed: 'was removed past Decorum',
  'written-by-another': 'was written by a session that is not one of Decorum’s',
  'link-changed': 'is not the link that was made',
  'link-missing': 'is missing',
  'link-forged': 'was not made by a process of Decorum’s',
  'signed-link-missing': 'was signed and is not there any more',
  'signed-link-replaced': 'was signed and is another one now',
  'head-forged': 'a signed head was changed, or signed with another key',
  'head-missing': 'a signed head is missing in the ledger',
  'trigger-changed': 'what notes its changes was switched off or replaced',
}

/** The audit as text. */
export function chainAuditInWords(audit: ChainAudit): string {
  const { chains, heads, pending, unwalked } = audit
  return [
    ...chains.flatMap((chain) => [
      `${chain.findings.length === 0 ? '✓' : '✗'} ${chain.creditor}: ${chain.links} links over ${chain.rows} states of rows; ${signedWords(chain)}`,
      ...chain.findings.map((finding, i) => `    ${i === 0 ? 'first: ' : ''}${findingInWords(finding)}`),
      ...(chain.more > 0 ? [`    and ${chain.more} more`] : []),
    ]),
    `${heads.ledger} heads in the ledger${heads.file === null ? '' : `, ${heads.file} in the file`}${heads.verified ? '' : '; their signatures were not verified'}.`,
    ...(pending > 0 ? [`${pending} notes are in no link yet.`] : []),
    ...(unwalked.length > 0 ? [`Still being linked: ${unwalked.join(', ')}.`] : []),
    ...audit.assumptions.map((text) => `(${text})`),
    audit.intact ? 'The evidence is as Decorum wrote it.' : 'The evidence is not as Decorum wrote it.',
  ].join('\n')
}

const signedWords = ({ signed, unsigned }: AuditedChain): string =>
  signed === null
    ? 'none signed'
    : `signed up to link ${signed.link} at ${signed.at}${unsigned > 0 ? `, ${unsigned} since` : ''}`

function findingInWords({ fate, relation, row, action, link, at }: ChainFinding): string {
  const place = [...(link === null ? [] : [`link ${link}`]), ...(at === null ? [] : [at])].join(', ')
  const where = place === '' ? '' : ` (${place})`
  if (relation === null) return `${link === null ? '' : `link ${link} `}${FATES[fate]}${at === null ? '' : ` (${at})`}`
  const key =
    row === null
      ? ''
      : ` ${Object.entries(row)
          .map(([column, value]) => `${column} ${value}`)
          .join(', ')}`
  return `${relation}${key} ${FATES[fate]}${action === null ? '' : `: ${action}`}${where}`
}
