import { SegmentedMessage } from 'sms-segments-calculator'

export interface SmsSize {
  segments: number
  encoding: 'GSM-7' | 'UCS-2'
}

/** How many segments will carriers charge for this text? GSM-7 160, then 153 each; UCS-2 70, then 67 each. */
export function smsSize(text: string): SmsSize {
  const sized = new SegmentedMessage(text)
  return { segments: Math.max(1, sized.segmentsCount), encoding: sized.encodingName }
}
