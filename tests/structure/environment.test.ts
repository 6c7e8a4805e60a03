import { describe, expect, it } from 'vitest'
import { codeOf, sourceFiles } from './source-files.ts'

/** Where the environment is read, and what for. */
const READERS: Readonly<Record<string, string>> = {
  'src/cli/commands/check.ts': 'the configuration, to be judged',
  'src/config/load.ts': 'the configuration',
  'src/config/root-directory.ts': 'DECORUM_ROOT: where it lies',
  'src/app/build.ts': 'LOG_LEVEL',
  'src/cli/with-app.ts': 'DECORUM_ACTOR: who runs the command line, which is no setting of the deployment',
  'src/app/errors.ts': 'DECORUM_DEBUG: also for what goes wrong before there is a configuration',
}

describe('the environment', () => {
  it('is read for the configuration, and for what must be known before it', () => {
    const found = sourceFiles()
      .filter(({ text }) => /\bprocess\.env\b/.test(codeOf(text)))
      .map(({ path }) => path)
    expect(found.toSorted()).toEqual(Object.keys(READERS).toSorted())
  })
})
