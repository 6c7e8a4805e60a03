/**
 * Which number is meant by one that is written as it was before its country changed its plan? In E.164.
 *
 * Providers report senders in such forms for years: Mexico's mobile 1 (until 2019), Brazil's mobiles of eight digits (until
 * 2016), Argentina's without the mobile 9. Any other number, and anything that is none, is answered as it came.
 */
export function withoutOldPrefix(e164: string): string {
  const mexican = /^\+521([2-9]\d{9})$/.exec(e164)
  if (mexican !== null) return `+52${mexican[1]}`
  // Eight digits that begin with 6 to 9 were mobile numbers; a fixed line begins with 2 to 5.
  const brazilian = /^\+55([1-9]\d)([6-9]\d{7})$/.exec(e164)
  return brazilian === null ? e164 : `+55${brazilian[1]}9${brazilian[2]}`
}

/**
 * In which forms may this number stand in a file or in a provider's report? The one in force first, each once.
 *
 * Whoever looks for the holder of a number looks for all of them: a stop must not miss its number for a digit.
 */
export function formsOfNumber(e164: string): string[] {
  const now = withoutOldPrefix(e164)
  const forms = [now, e164]
  const mexican = /^\+52([2-9]\d{9})$/.exec(now)
  if (mexican !== null) forms.push(`+521${mexican[1]}`)
  const brazilian = /^\+55([1-9]\d)9([6-9]\d{7})$/.exec(now)
  if (brazilian !== null) forms.push(`+55${brazilian[1]}${brazilian[2]}`)
  const argentine = /^\+549?([1-8]\d{9})$/.exec(now)
  if (argentine !== null) forms.push(`+549${argentine[1]}`, `+54${argentine[1]}`)
  return [...new Set(forms)]
}
