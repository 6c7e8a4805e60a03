import { describe, expect, it } from 'vitest'
import { isE164, readMailbox, senderMailbox } from '../../src/model/address-rules.ts'

describe('an address that a message may go to', () => {
  it.each([
    ['ana@example.com', 'ana@example.com'],
    ['Ana.Ortiz+loan@mail.example.co.uk', 'Ana.Ortiz+loan@mail.example.co.uk'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['ana@bücher.example', 'ana@xn--bcher-kva.example'],
    ['ana@例子.测试', 'ana@xn--fsqu00a.xn--0zwm56d'],
  ])('%s is one mailbox', (text, mailbox) => {
    expect(readMailbox(text)).toBe(mailbox)
  })

  it.each([
    '',
    'ana',
    '@example.com',
    'ana@',
    'ana@localhost',
    'ana@example',
    'ana@-example.com',
    'ana@exa mple.com',
    'ana@[127.0.0.1]',
    'ana@example.com\r\nBcc: boss@example.com',
    'ana@example.com, boss@example.com',
    'team: ana@example.com, boss@example.com;',
    'Ana <ana@example.com>',
    '"ana"@example.com',
    'ana..o@example.com',
    '.ana@example.com',
    '张@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ana@${'a'.repeat(64)}.com`,
    'ana@example.com\u0000',
    'a@b@example.com',
    'ana@example.com.',
    'ana(x)@example.com',
  ])('%j is not', (text) => {
    expect(readMailbox(text)).toBeNull()
  })

  it('a sender may carry a name', () => {
    expect(senderMailbox('Northwind Credit <reminders@northwind.example>')).toBe('reminders@northwind.example')
    expect(senderMailbox(' reminders@northwind.example ')).toBe('reminders@northwind.example')
    expect(senderMailbox('Northwind Credit')).toBeNull()
    expect(senderMailbox('<a@x.example>, <b@x.example>')).toBeNull()
  })

  it.each([
    ['+12125550123', true],
    ['+8613800138000', true],
    ['12125550123', false],
    ['+0123456789', false],
    ['+1212555012345678', false],
    ['+1 212 555 0123', false],
    ['+12125550123\n', false],
    ['', false],
  ])('number %j is E.164: %s', (text, is) => {
    expect(isE164(text)).toBe(is)
  })
})
