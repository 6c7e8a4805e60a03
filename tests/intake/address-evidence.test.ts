import { describe, expect, it } from 'vitest'
import { phoneEvidence } from '../../src/intake/address.ts'

describe('what a phone number says about a place', () => {
  it.each<[string, ReturnType<typeof phoneEvidence>]>([
    ['+12125550123', { country: 'US', zones: ['America/New_York'], subdivisions: ['US-NY'], lineType: 'unknown' }],
    [
      '+12083451234',
      {
        country: 'US',
        zones: ['America/Boise', 'America/Denver', 'America/Los_Angeles'],
        subdivisions: ['US-ID'],
        lineType: 'unknown',
      },
    ],
    ['+14165550123', { country: 'CA', zones: ['America/Toronto'], subdivisions: ['CA-ON'], lineType: 'unknown' }],
    ['+17875550123', { country: 'PR', zones: ['America/Puerto_Rico'], subdivisions: [], lineType: 'unknown' }],
    ['+8613800138000', { country: 'CN', zones: ['Asia/Shanghai'], subdivisions: [], lineType: 'mobile' }],
    ['+61298765432', { country: 'AU', zones: ['Australia/Sydney'], subdivisions: [], lineType: 'landline' }],
    ['+61412345678', { country: 'AU', zones: [], subdivisions: [], lineType: 'mobile' }],
    ['+442079460958', { country: 'GB', zones: ['Europe/London'], subdivisions: [], lineType: 'landline' }],
    ['+6581234567', { country: 'SG', zones: ['Asia/Singapore'], subdivisions: [], lineType: 'mobile' }],
  ])('%s', (number, evidence) => {
    expect(phoneEvidence(number)).toEqual(evidence)
  })

  it.each(['', '+', 'hello', '+999123456789', '+87012345678'])('is nothing for %j', (number) => {
    expect(phoneEvidence(number)).toMatchObject({ country: null, zones: [], subdivisions: [] })
  })
})
