import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../src/config/load.ts'

const onlyTo = (value: unknown) => settingsSchema.safeParse({ routes: [{}], delivery: { onlyTo: value } })

describe('delivery.onlyTo', () => {
  it('is compared with addresses as they are stored, so it is read by the same rules', () => {
    expect(onlyTo('+5215512345678, Ana@Example.COM,ana@bücher.example').data?.delivery.onlyTo).toEqual([
      '+525512345678',
      'Ana@example.com',
      'ana@xn--bcher-kva.example',
    ])
  })

  it.each(['12125550123', '+0123456789', 'ana', 'ana@localhost', 'Ana <ana@example.com>', 'ana@example.com/home'])(
    'refuses %s, which nothing could be equal to',
    (text) => {
      expect(onlyTo([text]).error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([
        ['delivery.onlyTo.0', 'must be a number such as +12125550123 or a mailbox'],
      ])
    },
  )
})
