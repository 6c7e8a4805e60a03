import fc from 'fast-check'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { compileTemplate, templateVersion } from '../../src/render/compile-template.ts'
import { MissingFact, WrongFactKind } from '../../src/render/words-engine.ts'
import type { View } from '../../src/render/view.ts'

const DATA = { locale: 'en', currentYear: '2026' }

function fill(source: string, view: View, section = 'body'): string {
  const compiled = compileTemplate(source)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults))
  return compiled.template.sections[section]!.write(view, DATA)
}

describe('the small language of templates', () => {
  it('has dates, money, plurals and choices', () => {
    const view: View = {
      account: { dueDate: '2026-11-20', due: { amount: '125.00', currency: 'USD' }, daysPastDue: 1 },
      nextStep: { kind: 'charge-off' },
      several: false,
    }
    expect(
      fill('{{date account.dueDate}} {{shortDate account.dueDate}} {{money account.due}} {{spoken account.due}}', view),
    ).toBe('November 20 Nov 20 $125.00 $125')
    expect(
      fill(
        '{{plural account.daysPastDue "day" "days"}}{{#if (is nextStep.kind "charge-off")}} yes{{else}} no{{/if}}{{#unless several}} one{{/unless}}',
        view,
      ),
    ).toBe('day yes one')
  })

  it.each([
    '{{helpLine}}',
    '{{date earlierEmail}}',
    '{{#if reportsToBureau}}x{{/if}}',
    '{{#each licenceLines}}{{this}}{{/each}}',
    '{{#if (is nextStep.kind "x")}}y{{/if}}',
    '{{variables.x}}',
    '{{money account.due}}',
    '{{money @root.total}}',
  ])('notices that a fact is missing in %s', (source) => {
    expect(() => fill(source, {})).toThrow(MissingFact)
  })

  it.each([
    ['an amount as it stands', '{{account.due}}', 'write {{money account.due}}'],
    ['an amount inside the list of accounts', '{{#each accounts}}{{overdue}}{{/each}}', 'write {{money overdue}}'],
    ['the total from inside the list', '{{#each accounts}}{{@root.total}}{{/each}}', 'write {{money @root.total}}'],
    ['a day as it stands', '{{account.dueDate}}', 'write {{date account.dueDate}}'],
    ['a truth', '{{several}}', 'ask {{#if several}}'],
    ['a truth of the list', '{{#each accounts}}{{@last}}{{/each}}', 'ask {{#if @last}}'],
    ['a list', '{{licenceLines}}', 'go through it with {{#each licenceLines}}'],
    ['an account', '{{account}}', 'has parts'],
    ['the next step', '{{nextStep}}', 'has parts'],
    ['all variables', '{{variables}}', 'has parts'],
    ['an amount as a day', '{{date account.due}}', '"date" does not take it'],
    ['a day as an amount', '{{money account.dueDate}}', '"money" does not take it'],
    ['a number as an amount', '{{money account.daysPastDue}}', 'is a number'],
    ['text as a number', '{{plural helpLine "a" "b"}}', 'is text'],
    ['text as a list', '{{#each helpLine}}x{{/each}}', 'is text'],
    ['a literal as an amount', '{{money "125.00"}}', '"money" takes a fact'],
    ['what a helper made', '{{date (is count 1)}}', '"date" takes a fact'],
    ['three braces', '{{{helpLine}}}', 'write two braces'],
    ['braces with an ampersand', '{{&helpLine}}', 'write two braces'],
    ['full-width braces of a Chinese keyboard', '｛｛addressee｝｝', 'two plain ones'],
    ['braces that were left over', 'Call {{helpLine}} }}', 'two plain ones'],
  ])('lets nothing but text be rendered: %s is refused with the way to say it', (_what, source, cure) => {
    const compiled = compileTemplate(source)
    expect(compiled.ok ? '' : compiled.faults.map((f) => f.problem).join(' ')).toContain(cure)
  })

  it.each([
    ['an amount where text was promised', '{{helpLine}}', { helpLine: { amount: '1.00', currency: 'USD' } }],
    ['a list where text was promised', '{{addressee}}', { addressee: ['a', 'b'] }],
    ['a truth in a variable', '{{variables.x}}', { variables: { x: true } }],
    ['no number at all', '{{count}}', { count: Number.NaN }],
    ['parts inside a list of lines', '{{#each licenceLines}}{{this}}{{/each}}', { licenceLines: [{ a: 'b' }] }],
    ['a variable that is no day', '{{date variables.x}}', { variables: { x: '31/12/2026' } }],
    ['a variable with a day that the calendar lacks', '{{shortDate variables.x}}', { variables: { x: '2026-02-30' } }],
    ['text where an amount was promised', '{{money account.due}}', { account: { due: '125.00' } }],
    ['text where a number was promised', '{{plural count "day" "days"}}', { count: 'three' }],
  ] as [string, string, View][])(
    'and whatever reaches a template all the same is noticed: %s',
    (_what, source, view) => {
      expect(() => fill(source, view)).toThrow(WrongFactKind)
    },
  )

  it('lets words depend on whether a fact is known', () => {
    expect(fill('{{#known helpHours}}{{helpHours}}{{else}}any time{{/known}}', {})).toBe('any time')
    expect(fill('{{#known reportsToBureau}}stated{{/known}}', { reportsToBureau: false })).toBe('stated')
  })

  it('reaches what concerns all accounts from inside the list of them', () => {
    expect(
      fill('{{#each accounts}}{{masked}}:{{@root.helpLine}}{{#unless @last}},{{/unless}}{{/each}}', {
        helpLine: 'h',
        accounts: [{ masked: 'a' }, { masked: 'b' }],
      }),
    ).toBe('a:h,b:h')
  })

  it.each([
    'a {{~helpLine~}} b {{! not written }} c & < "',
    '{{#if several}}\n  yes {{count}}\n{{else if lateInterest}}\n  late\n{{else}}\n  no\n{{/if}}\nend',
    '{{^if several}}one{{else}}many{{/if}}{{#unless lateInterest}} none{{/unless}}',
    'of:\n{{#each accounts}}\n- {{masked}}{{#if @first}} first{{/if}}{{#unless @last}};{{/unless}}\n{{else}}\nnothing\n{{/each}}\n.',
    '{{#each licenceLines}}{{this}}{{#if @last}}.{{else}}, {{/if}}{{else}}none{{/each}}',
    '{{#if licenceLines}}some{{else}}none{{/if}} {{count}} {{account.masked}}',
  ])('writes what Handlebars writes: %s', (source) => {
    const one = { masked: 'a' }
    for (const view of [
      {
        helpLine: 'h',
        count: 2,
        several: true,
        lateInterest: true,
        accounts: [one, { masked: 'b' }],
        licenceLines: ['x', 'y'],
        account: one,
      },
      {
        helpLine: 'h',
        count: 1,
        several: false,
        lateInterest: true,
        accounts: [one],
        licenceLines: ['x'],
        account: one,
      },
      { helpLine: 'h', count: 0, several: false, lateInterest: false, accounts: [], licenceLines: [], account: one },
    ])
      expect(fill(source, view)).toBe(Handlebars.compile(source, { noEscape: true })(view))
  })

  it('divides a file into parts', () => {
    expect(fill('--- subject ---\nA\n--- body ---\nB', {}, 'subject').trim()).toBe('A')
    expect(fill('B\n--- subject ---\nA', {}).trim()).toBe('B')
  })

  it.each([
    ['{{adress}}', '"adress" is not a fact'],
    ['{{helpline}}', 'did you mean "helpLine"?'],
    ['{{account.maskd}}', 'did you mean "masked"?'],
    ['{{#each accounts}}{{helpLine}}{{/each}}', 'not a fact of an account'],
    ['{{constructor}}', 'not a fact'],
    ['{{account.constructor}}', 'not a fact'],
    ['{{account.__proto__}}', 'not a fact'],
    ['{{variables.__proto__}}', 'variables are written'],
    ['{{lookup account "x"}}', 'not part of the template language'],
    ['{{log "x"}}', 'not part of the template language'],
    ['{{#with account}}x{{/with}}', 'not part of the template language'],
    ['{{> other}}', 'partials'],
    ['{{#*inline "x"}}y{{/inline}}', 'partials and decorators'],
    ['{{#each accounts as |a|}}{{/each}}', 'block parameters'],
    ['{{money}}', '"money" takes 1 argument'],
    ['{{date a b}}', '"date" takes 1 argument'],
    ['{{../helpLine}}', '@root'],
    ['{{@last}}', 'only inside {{#each}}'],
    ['{{money total x=1}}', 'named arguments'],
    ['{{#known}}x{{/known}}', '"known" takes 1 argument'],
    ['{{fact total "total"}}', 'not part of the template language'],
    ['{{"x"}}', 'needs no braces'],
    ['{{constructor x}}', '"constructor" is not part of the template language'],
    ['{{fact}}', '"fact" is not a fact'],
    ['{{helpLine', 'not a Handlebars template'],
    ['{{#if several}}x', 'not a Handlebars template'],
    ['{{body}}\n--- a ---\n--- a ---\n', 'comes twice'],
  ])('refuses %s', (source, problem) => {
    const compiled = compileTemplate(source)
    expect(compiled.ok ? '' : compiled.faults.map((f) => f.problem).join(' ')).toContain(problem)
  })

  it('names the line of the file, counted over its parts', () => {
    expect(compileTemplate('--- subject ---\nA\n--- body ---\nfine\n{{adress}}\n')).toMatchObject({
      ok: false,
      faults: [{ line: 5 }],
    })
  })

  it('never throws on whatever is written', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '{{',
        '}}',
        '{{#if several}}',
        '{{/if}}',
        '{{else}}',
        '{{{',
        '--- body ---\n',
        '{{date ',
        '"',
        '(',
        ')',
        '@root.',
        '{{!--',
      ),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        (pieces) => typeof compileTemplate(pieces.join('')).ok === 'boolean',
      ),
      { numRuns: 500 },
    )
  })

  it('gives equal words equal versions', () => {
    expect(templateVersion('a')).toBe(templateVersion('a'))
    expect(templateVersion('a')).not.toBe(templateVersion('a '))
    expect(templateVersion('a')).toMatch(/^[0-9a-f]{16}$/)
  })
})
