/** Prints an answer on stdout: as one JSON document when that was asked for, otherwise in words. */
export function printAnswer(json: boolean | undefined, answer: unknown, words: () => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(answer, null, 2) : words()}\n`)
}
