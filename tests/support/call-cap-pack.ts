import { parsePack, type Pack } from '../../src/model/pack.ts'

/** A pack that lets a person be called so often in seven days, whatever came of it, from 08:00 to 21:00. */
export function callCapPack(limit: number): Pack {
  const citation = { citation: 'Test Act § 1', source: 'made up for tests', verified: 'text' }
  const parsed = parsePack({
    id: 'test-calls',
    version: '1',
    title: 'Calls in tests',
    kind: 'law',
    reviewer: null,
    source: 'made up for tests',
    validFrom: '2020-01-01',
    rules: [
      { id: 'hours', shape: 'window', allow: [{ from: '08:00', to: '21:00' }], ...citation },
      {
        id: 'calls',
        shape: 'cap',
        limit,
        window: { type: 'rolling-days', days: 7 },
        counts: 'attempt',
        key: 'person',
        channels: ['phone'],
        when: { channels: ['phone'] },
        ...citation,
      },
      {
        id: 'after-a-talk',
        shape: 'cooldown',
        after: 'conversation',
        days: 2,
        key: 'person',
        channels: ['phone'],
        when: { channels: ['phone'] },
        ...citation,
      },
    ],
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.pack
}
