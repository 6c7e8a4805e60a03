import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Transaction } from 'kysely'
import { BEFORE_THE_FIRST, headHash, isSignedHead, linkHash, readHead, type SignedHead } from '../../model/chain.ts'
import { formatInstant } from '../../model/time.ts'
import { EVIDENCE, rowInWords } from '../../record/chain/evidence.ts'
import { readHeads, unlinked } from '../../record/chain/heads.ts'
import {
  alteredTriggers,
  chainedCreditors,
  readAtOnce,
  readLinks,
  strayRows,
  unwalkedTables,
} from '../../record/chain/read-chain.ts'
import { EVERY_CREDITOR, isSealed, presentShapes, provedNotes, readNotes } from '../../record/chain/seal.ts'
import type { Database } from '../../record/schema.ts'
import type { AuditedChain, ChainAudit, ChainFinding } from '../../report/chain-audit.ts'
import { publicKeys } from '../chain.ts'
import type { Runtime } from '../runtime.ts'

/** What to audit, and against what. */
export interface AskedChainAudit {
  /** Only this creditor's chain; null: all. */
  creditor: string | null
  /** A file of signed heads, from the working directory; null: the configured one, if any. */
  heads: string | null
}

/** Read at once: links may have thousands of rows each. */
const LINKS = 50
const HEADS = 500
const NOTES = 200
/** Findings named for each creditor. */
const NAMED = 20

type Report = Map<string, AuditedChain>

/**
 * Is the evidence as Decorum wrote it? Reads the ledger as it stands at one moment, and never holds more of it than a page.
 *
 * Every link is reckoned again from the one before it; every signed head must name a link that is there; every row must be what its
 * last link says, and there must be no other; what was written without a proof is named.
 */
export function auditChain(runtime: Runtime, asked: AskedChainAudit): Promise<ChainAudit> {
  return readAtOnce(runtime.ledger.db, async (trx) => {
    const report: Report = new Map()
    for (const creditor of await chainedCreditors(trx)) chainOf(report, creditor)
    const heads = await auditHeads(runtime, trx, report, asked)
    for (const creditor of report.keys()) await auditLinks(runtime, trx, creditor, report)
    for (const evidence of EVIDENCE) {
      for (const { ofAll, since, ...stray } of await strayRows(trx, evidence))
        add(report, { ...stray, action: null, at: since === null ? null : since.toISOString() }, ofAll)
    }
    for (const relation of await alteredTriggers(trx))
      add(report, { ...ABOUT_NOTHING, fate: 'trigger-changed', relation })
    const pending = await auditNotes(runtime, trx, report)
    const chains = [...report.values()].filter(
      ({ creditor }) => asked.creditor === null || [asked.creditor, EVERY_CREDITOR].includes(creditor),
    )
    return {
      intact: chains.every((chain) => chain.findings.length === 0),
      chains: chains.map((chain) => ({ ...chain, findings: inOrder(chain.findings) })),
      heads,
      pending,
      unwalked: await unwalkedTables(trx, await presentShapes(trx)),
      assumptions: assumptionsOf(heads),
    }
  })
}

const ABOUT_NOTHING = { creditor: EVERY_CREDITOR, relation: null, row: null, action: null, link: null, at: null }

function chainOf(report: Report, creditor: string): AuditedChain {
  const known = report.get(creditor)
  if (known !== undefined) return known
  const made = { creditor, links: 0, rows: 0, signed: null, unsigned: 0, findings: [], more: 0 }
  report.set(creditor, made)
  return made
}

/** @param ofAll  how many like it there are in the table, of which some are named */
function add(report: Report, finding: ChainFinding, ofAll = 0): void {
  const chain = chainOf(report, finding.creditor)
  const alike = chain.findings.filter(
    ({ relation, fate }) => relation === finding.relation && fate === finding.fate,
  ).length
  if (alike < NAMED) chain.findings.push(finding)
  else chain.more++
  if (alike === 0 && ofAll > NAMED) chain.more += ofAll - NAMED
}

/** In the order of the chain; rows that no link names come last. */
const inOrder = (findings: readonly ChainFinding[]): ChainFinding[] =>
  findings.toSorted((a, b) => (a.link ?? Infinity) - (b.link ?? Infinity) || 0)

/** Reckons each link of a chain again, and names what was written without a proof. */
async function auditLinks(
  { vault }: Runtime,
  trx: Transaction<Database>,
  creditor: string,
  report: Report,
): Promise<void> {
  const chain = chainOf(report, creditor)
  let previous: Buffer = BEFORE_THE_FIRST
  for (let last = 0; ;) {
    const links = await readLinks(trx, creditor, last, LINKS)
    for (const link of links) {
      const about = { ...ABOUT_NOTHING, creditor, at: formatInstant(link.at) }
      if (link.no !== last + 1) add(report, { ...about, fate: 'link-missing', link: last + 1 })
      const hash = linkHash(link, link.no === last + 1 ? previous : link.previous)
      if (!hash.equals(link.hash) || (link.no === last + 1 && !link.previous.equals(previous)))
        add(report, { ...about, fate: 'link-changed', link: link.no })
      // A head vouches for the links up to its own: their keys may be gone since.
      else if (link.no > (chain.signed?.link ?? 0) && !isSealed(vault, link))
        add(report, { ...about, fate: 'link-forged', link: link.no })
      if (!link.own) {
        for (const key of link.keys)
          add(report, {
            ...about,
            fate: 'written-by-another',
            relation: link.relation,
            row: rowInWords(link.relation, key),
            action: link.action,
            link: link.no,
          })
      }
      chain.links++
      chain.rows += link.notes.length
      previous = link.hash
      last = link.no
    }
    if (links.length < LINKS) break
  }
  chain.unsigned = chain.links - (chain.signed?.link ?? 0)
}

/** Verifies the heads of the ledger and of the file, and that what they name is there. */
async function auditHeads(
  { config }: Runtime,
  trx: Transaction<Database>,
  report: Report,
  asked: AskedChainAudit,
): Promise<ChainAudit['heads']> {
  const keys = publicKeys(config)
  const judge = async (heads: readonly SignedHead[]): Promise<void> => {
    const valid = keys.length === 0 ? heads : heads.filter((head) => isSignedHead(head, keys))
    for (const head of heads)
      if (!valid.includes(head)) add(report, { ...ABOUT_NOTHING, fate: 'head-forged', at: head.at })
    for (const { fate, creditor, no, at } of await unlinked(trx, valid))
      add(report, { ...ABOUT_NOTHING, fate: `signed-link-${fate}`, creditor, link: no, at })
    for (const { chains, at } of valid)
      for (const [creditor, { no }] of Object.entries(chains)) {
        const chain = chainOf(report, creditor)
        if (keys.length > 0 && no >= (chain.signed?.link ?? 0)) chain.signed = { link: no, at }
      }
  }
  let [ledger, last, before]: [number, number, string | null] = [0, 0, null]
  for (let page = await readHeads(trx, 0, HEADS); page.length > 0; page = await readHeads(trx, last, HEADS)) {
    const heads: SignedHead[] = []
    for (const { no, signed } of page) {
      const head = readHead(signed)
      if (no !== last + 1) add(report, { ...ABOUT_NOTHING, fate: 'head-missing', at: head?.at ?? null })
      if (head === null || head.no !== no || (no === last + 1 && head.previous !== before))
        add(report, { ...ABOUT_NOTHING, fate: 'head-forged', at: head?.at ?? null })
      else heads.push(head)
      before = headHash(signed)
      last = no
      ledger++
    }
    await judge(heads)
  }
  const path = asked.heads ?? (config.chain.heads.file === null ? null : resolve(config.root, config.chain.heads.file))
  const file = path === null || !existsSync(path) ? null : await auditFile(path, last, judge, report)
  return { ledger, file, verified: keys.length > 0 }
}

async function auditFile(
  path: string,
  lastOfLedger: number,
  judge: (heads: SignedHead[]) => Promise<void>,
  report: Report,
): Promise<number> {
  let lines = 0
  let heads: SignedHead[] = []
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    lines++
    const head = readHead(line)
    if (head === null) add(report, { ...ABOUT_NOTHING, fate: 'head-forged' })
    else {
      if (head.no > lastOfLedger) add(report, { ...ABOUT_NOTHING, fate: 'head-missing', at: head.at })
      heads.push(head)
    }
    if (heads.length < HEADS) continue
    await judge(heads)
    heads = []
  }
  await judge(heads)
  return lines
}

/** Names the notes that are in no link yet and that nobody of ours proved; returns how many notes wait. */
async function auditNotes({ vault }: Runtime, trx: Transaction<Database>, report: Report): Promise<number> {
  let [waiting, last] = [0, 0]
  for (let notes = await readNotes(trx, 0, NOTES); notes.length > 0; notes = await readNotes(trx, last, NOTES)) {
    const proved = await provedNotes(trx, vault, notes)
    for (const note of notes) {
      if (proved.has(note.id)) continue
      for (const [i, key] of note.keys.entries())
        add(report, {
          ...ABOUT_NOTHING,
          fate: 'written-by-another',
          relation: note.relation,
          action: note.action,
          creditor: note.creditors?.[i] ?? EVERY_CREDITOR,
          row: rowInWords(note.relation, key),
        })
    }
    waiting += notes.length
    last = notes.at(-1)?.id ?? last
  }
  return waiting
}

function assumptionsOf(heads: ChainAudit['heads']): string[] {
  return [
    ...(heads.verified
      ? []
      : [
          'No key is configured that signs heads, so who can write to the ledger and has DECORUM_KEYS may have made the whole chain anew.',
        ]),
    ...(heads.file === null
      ? [
          'No file of heads was read, so whether the chain’s end was cut off, or all of it replaced, shows only in the heads that the ledger itself has.',
        ]
      : []),
  ]
}
