/** Argentina's area codes: 11, those of three digits, all others have four (ENACOM, Plan Fundamental de Numeración Nacional). */
const ARGENTINE_AREA = '11|2(?:2[013]|3[067]|49|6[01346]|80|9[147-9])|3(?:36|4[1-358]|5[138]|6[24]|7[069]|8[013578])|[23]\\d{3}'

/**
 * Forms that a plan's owner has replaced, each with the one that it put in their place.
 *
 * Only where the owner defines the new number of every old one; elsewhere an old number is refused.
 */
const REPLACED: readonly { form: RegExp; by: string; isNew?: (number: string) => boolean }[] = [
  // Mexico: one way to dial since 2019-08-03 (IFT); the 1 of mobiles and the prefixes 01, 044, 045 are gone.
  { form: /^\+52(?:1|01|044|045)(\d{10})$/, by: '+52$1' },
  // Brazil: mobiles have a 9 before their eight digits everywhere since 2016-11-06 (Anatel, Resolução 553/2010).
  { form: /^\+55([1-9]\d)([689]\d{7})$/, by: '+55$19$2' },
  // Argentina: from abroad a mobile has 9 before its area code, and loses the 15 that is dialled at home.
  { form: new RegExp(`^\\+549?(${ARGENTINE_AREA})15(\\d{6,8})$`), by: '+549$1$2', isNew: (number) => number.length === 14 },
  // Benin: every number has 01 before its eight digits since 2024-11-30 (ARCEP Bénin).
  { form: /^\+229(\d{8})$/, by: '+22901$1' },
]

/**
 * Which number is this today, where its country has changed how its numbers are written?
 *
 * Files and providers go on writing the old form (Twilio's `From` had Mexico's 1 for years): whoever
 * compares numbers asks this first, so that a stop reaches the number that is written to.
 *
 * @param e164  `+` and digits; anything else comes back as it is
 */
export function canonicalNumber(e164: string): string {
  for (const { form, by, isNew } of REPLACED) {
    if (!form.test(e164)) continue
    const number = e164.replace(form, by)
    if (isNew === undefined || isNew(number)) return number
  }
  return e164
}
