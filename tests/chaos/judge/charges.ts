/** What Decorum promises never to do; every count must be zero. */
export const CHARGES = ['lost', 'duplicated', 'over cap', 'outside the window', 'after a stop', 'wrong or missing decision', 'stuck', 'unexplained doubt', 'surprise'] as const
export type ChargeName = (typeof CHARGES)[number]

/** One offence: which, by what (ids only), and how it shows. */
export interface Charge {
  name: ChargeName
  id: string
  how: string
}
