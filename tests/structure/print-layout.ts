import { measureLayout } from './measure-layout.ts'

/** `npm run layout`: the counts that tests/structure/layout.test.ts holds the source to. */
const { files, medianLines, short, long, largest, circles, namesInTwoFolders, filesOfOneReminder } = measureLayout()
const lines = [
  ['source files', files],
  ['lines of the median file', medianLines],
  ['files under 20 lines', short.length],
  ['files over 400 lines', long.length],
  ['largest file', `${largest.path}, ${largest.lines} lines`],
  ['import circles, types included', circles.length],
  ['exported names in two folders', Object.keys(namesInTwoFolders).length],
  ['files that one reminder’s way leads through', filesOfOneReminder],
] as const
for (const [what, count] of lines) console.log(`${what.padEnd(44)}${count}`)
if (process.argv.includes('--list')) {
  for (const path of short) console.log(`under 20 lines: ${path}`)
  for (const path of long) console.log(`over 400 lines: ${path}`)
  for (const circle of circles) console.log(`circle: ${circle.join(', ')}`)
  for (const [name, paths] of Object.entries(namesInTwoFolders))
    console.log(`two folders: ${name}: ${paths.join(', ')}`)
}
