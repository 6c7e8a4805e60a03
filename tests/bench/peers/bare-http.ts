import { Agent } from 'undici'
import { phoneOf } from '../borrowers.ts'
import { CONCURRENCY, type OpenPeer, type Peer } from '../peer.ts'
import { attemptOf } from '../provider-work.ts'

const bodyOf = (no: number): string => {
  const { reminderId, attemptNo } = attemptOf(no)
  const callback = `https://reminders.bench.example/hooks/twilio/message/${reminderId}/${attemptNo}#rc=5&rp=all`
  return `To=${encodeURIComponent(phoneOf(no))}&StatusCallback=${encodeURIComponent(callback)}&${REST}`
}
const REST = new URLSearchParams({
  From: '+15005550006',
  Body: '【示例消金】张三您好，您尾号4821的借款有1,250.00元已到还款日，如已还款请忽略。客服400-000-0000',
  ValidityPeriod: '3600',
}).toString()
const PATH = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json'

/** The calls with nothing around them: no queue, no render, no SDK. A ceiling. */
export const bareHttp: OpenPeer = async ({ stubUrl }) => {
  const agent = new Agent({ connections: CONCURRENCY, pipelining: 1 })
  const call = async (no: number): Promise<void> => {
    const reply = await agent.request({
      origin: stubUrl,
      path: PATH,
      method: 'POST',
      body: bodyOf(no),
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic YmVuY2g6YmVuY2g=' },
    })
    await reply.body.text()
  }
  return inLanes(call)
}

/** No queue: runs `work` for each job that was added, as many at once as peers may. */
export function inLanes(work: (no: number) => Promise<void>): Peer {
  let next = 0
  return {
    add: async (from) => {
      next = from
    },
    drain: async (count) => {
      const end = next + count
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async () => {
          while (next < end) await work(next++)
        }),
      )
    },
  }
}
