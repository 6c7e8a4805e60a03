import { generated } from './library-calendar.ts'

/**
 * `npm run calendar -- BR-SP 2029 2030`: years of a calendar from date-holidays, with the deliberate differences, as
 * src/model/calendars writes them. Days that wait for a decree are moved to `awaited` by hand.
 */
const [id, ...years] = process.argv.slice(2)
if (id === undefined || years.length === 0 || years.some((year) => !/^2\d{3}$/.test(year))) {
  process.stderr.write('Usage: npm run calendar -- <calendar> <year...>, e.g. npm run calendar -- BR-SP 2029\n')
  process.exitCode = 2
} else {
  for (const year of years) {
    const days = generated(id, Number(year)).map((day) => `'${day}'`)
    if (days.length === 0) {
      process.stderr.write(`date-holidays has no days of ${id}. Write it as in src/model/calendars: BR or BR-SP.\n`)
      process.exitCode = 2
      break
    }
    console.log(`    ${year}: { holidays: [\n      ${days.join(', ')},\n    ] },`)
  }
}
