import { parseArgs } from 'node:util'
import { startFakeTwilio } from './fake-twilio/server.ts'
import { keepsTime } from './keeps-time.ts'

// The fake in a process of its own: `tsx tests/support/fake-twilio-process.ts --port 4010`.
// Prints one line of JSON, {url, accountSid, authToken}, once it listens.
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    account: { type: 'string' },
    token: { type: 'string' },
    'step-ms': { type: 'string' },
  },
})
keepsTime()
const fake = await startFakeTwilio({
  port: Number(values.port ?? 0),
  ...(values.account === undefined ? {} : { accountSid: values.account }),
  ...(values.token === undefined ? {} : { authToken: values.token }),
  stepMs: Number(values['step-ms'] ?? 20),
})
console.log(JSON.stringify({ url: fake.url, accountSid: fake.accountSid, authToken: fake.authToken }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void fake.close())
