/** What Decorum promises never to do; every count must be zero. */
export const CHARGES = [
  'lost',
  'duplicated',
  'over cap',
  'outside the window',
  'after a stop',
  'past a switch',
  'wrong or missing decision',
  'stuck',
  'unexplained doubt',
  'surprise',
] as const
export type ChargeName = (typeof CHARGES)[number]

/** Those that stand as soon as they are seen: nothing that happens later undoes them. */
export const IRREVOCABLE: ReadonlySet<ChargeName> = new Set<ChargeName>([
  'duplicated',
  'over cap',
  'outside the window',
  'after a stop',
  'past a switch',
])

/** One offence: which, by what (ids only), and how it shows. */
export interface Charge {
  name: ChargeName
  id: string
  how: string
}
