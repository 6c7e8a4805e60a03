import { parseDuration } from './duration.ts'
import type { Fault } from './errors.ts'
import { DAY } from './instant.ts'
import type { Ladder, Rung } from './ladder.ts'
import { nearMiss } from './near-miss.ts'
import { stageOf } from './stage.ts'
import { compareTones } from './tone.ts'

/** The rung id under which a proposed hand-off is recorded. */
export const HAND_OFF_RUNG = 'hand-off'

interface Placed {
  rung: Rung
  path: string
}

/** What is wrong with a ladder whose every part, taken alone, is right? */
export function checkLadder(ladder: Ladder): Fault[] {
  const placed = ladder.rungs.map((rung, i) => ({ rung, path: `rungs[${i}]` }))
  return [
    ...checkIds(placed),
    ...placed.flatMap((p) => checkRung(ladder, p)),
    ...[...timelines(placed).values()].flatMap((line) => checkTimeline(ladder, line)),
    ...checkBands(ladder),
  ]
}

/** Days and time at which a rung stands on its own timeline. */
const dayOf = (rung: Rung): number => rung.at.dpd ?? rung.at.days ?? 0

/** Rungs that count from the same thing. */
function timelines(placed: readonly Placed[]): Map<string, Placed[]> {
  const lines = new Map<string, Placed[]>()
  for (const p of placed) {
    const key = p.rung.at.event ?? 'dpd'
    lines.set(key, [...(lines.get(key) ?? []), p])
  }
  return lines
}

function checkIds(placed: readonly Placed[]): Fault[] {
  const seen = new Set<string>([HAND_OFF_RUNG])
  return placed.flatMap(({ rung, path }) => {
    const known = seen.has(rung.id)
    seen.add(rung.id)
    if (!known) return []
    const problem = rung.id === HAND_OFF_RUNG ? 'is kept for the proposed hand-off' : `\`${rung.id}\` names two rungs`
    return [{ path: `${path}.id`, problem, cure: 'Give each rung a name of its own.' }]
  })
}

function checkRung(ladder: Ladder, { rung, path }: Placed): Fault[] {
  const faults: Fault[] = []
  const { dpd } = rung.at
  if (dpd === undefined && rung.stage !== undefined) {
    faults.push({ path: `${path}.stage`, problem: 'stands on a rung that counts from an event', cure: 'Take it out.' })
  }
  if (dpd !== undefined && rung.stage !== stageOf(dpd)) {
    faults.push({ path: `${path}.stage`, problem: `day ${dpd} is stage ${stageOf(dpd)}`, cure: `Write \`stage: ${stageOf(dpd)}\`.` })
  }
  if (rung.who === 'machine' && rung.channels.length === 0) {
    faults.push({ path: `${path}.channels`, problem: 'is empty on a rung for the machine', cure: 'Name at least one of phone, sms, email.' })
  }
  if (new Set(rung.channels).size !== rung.channels.length) {
    faults.push({ path: `${path}.channels`, problem: 'names a channel twice', cure: 'Name each channel once, in order of preference.' })
  }
  if (rung.tone === 'final' && rung.who === 'machine' && !rung.requires.includes('nextStep')) {
    faults.push({ path: `${path}.requires`, problem: 'a `final` rung states a planned next step without requiring that it be known', cure: 'Add `nextStep` to `requires`.' })
  }
  if (rung.beforeGate && ladder.gate === null) {
    faults.push({ path: `${path}.beforeGate`, problem: 'the ladder has no gate', cure: 'Take it out, or add a `gate`.' })
  }
  if (dpd !== undefined && ladder.handOff !== null && dpd >= ladder.handOff.atDpd) {
    faults.push({ path: `${path}.at.dpd`, problem: `is not before the hand-off at day ${ladder.handOff.atDpd}`, cure: 'The ladder stops there; move the rung before it.' })
  }
  return faults
}

/** Order along one timeline: days rise, tones never fall, nothing from the machine after `final`. */
function checkTimeline(ladder: Ladder, line: readonly Placed[]): Fault[] {
  const faults: Fault[] = []
  for (const [i, { rung, path }] of line.entries()) {
    const before = line[i - 1]
    if (before !== undefined && positionOf(ladder, rung) < positionOf(ladder, before.rung)) {
      faults.push({ path: `${path}.at`, problem: `comes before \`${before.rung.id}\``, cure: 'Write the rungs in the order in which they fall due.' })
    }
  }
  const spoken = line.filter(({ rung }) => rung.who === 'machine' && rung.kind === 'reminder')
  for (const [i, { rung, path }] of spoken.entries()) {
    const before = spoken[i - 1]?.rung
    if (before === undefined) continue
    if (before.tone === 'final' && (rung.tone !== 'final' || dayOf(rung) !== dayOf(before))) {
      faults.push({ path, problem: `follows \`${before.id}\`, which is final`, cure: 'After `final` only people speak: take the rung out or give it to a person.' })
    } else if (compareTones(rung.tone, before.tone) < 0) {
      faults.push({ path: `${path}.tone`, problem: `is gentler than \`${before.id}\` before it`, cure: `Write \`tone: ${before.tone}\`, or put the rungs in another order.` })
    }
    if (longOf(rung.minimumDwell) >= (dayOf(rung) - dayOf(before)) * DAY + longOf(rung.expiresAfter)) {
      faults.push({ path: `${path}.minimumDwell`, problem: `keeps the rung from ever following \`${before.id}\` before it is stale`, cure: 'Shorten `minimumDwell`, or lengthen `expiresAfter`.' })
    }
  }
  return faults
}

function checkBands(ladder: Ladder): Fault[] {
  const ids = ladder.rungs.map((rung) => rung.id)
  return Object.entries(ladder.bands).flatMap(([name, band]) =>
    Object.keys(band.rungs)
      .filter((id) => !ids.includes(id))
      .map((id) => {
        const meant = nearMiss(id, ids)
        return { path: `bands.${name}.rungs.${id}`, problem: 'names no rung of this ladder', cure: meant === null ? 'Use the id of a rung.' : `Did you mean \`${meant}\`?` }
      }),
  )
}

const longOf = (text: string): number => parseDuration(text) ?? 0
const positionOf = (ladder: Ladder, rung: Rung): string => `${String(dayOf(rung) + 10_000).padStart(6, '0')} ${rung.at.time ?? ladder.bookTime}`
