import { Agent } from 'undici'
import type { OpenPeer } from '../peer.ts'
import { CONCURRENCY } from '../peer.ts'

const BODY = new URLSearchParams({
  To: '+8613800138000',
  From: '+15005550006',
  Body: '【示例消金】张三您好，您尾号4821的借款有1,250.00元已到还款日，如已还款请忽略。客服400-000-0000',
  ValidityPeriod: '3600',
}).toString()
const PATH = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json'

/** The calls with nothing around them: no queue, no render, no SDK. A ceiling. */
export const bareHttp: OpenPeer = async ({ stubUrl }) => {
  const agent = new Agent({ connections: CONCURRENCY, pipelining: 1 })
  const call = async (): Promise<void> => {
    const reply = await agent.request({
      origin: stubUrl,
      path: PATH,
      method: 'POST',
      body: BODY,
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic YmVuY2g6YmVuY2g=' },
    })
    await reply.body.text()
  }
  return { add: async () => {}, drain: (count) => inLanes(count, call) }
}

/** Runs `work` this often, as many at once as peers may. */
export async function inLanes(count: number, work: (no: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < count) await work(next++)
    }),
  )
}
