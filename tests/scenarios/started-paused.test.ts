import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Deployment } from '../support/deployment.ts'
import { eventually } from '../support/eventually.ts'
import { whenThere } from '../support/servers.ts'

whenThere('PostgreSQL', 'a start that sends nothing until told', () => {
  describe('a worker started with --paused', () => {
    let deployment: Deployment

    beforeAll(async () => {
      deployment = await Deployment.open(null)
      await deployment.start('serve').says('listening')
    })
    afterAll(() => deployment.close())

    it('holds every process until the command that it prints is run; the forecast says how many wait for that', async () => {
      const [paused, again] = [deployment.start('sms', '--paused'), deployment.start('sms', '--paused')]
      const command = /decorum (switch lift) ([0-9a-f-]{36}) --reason/.exec(await paused.says('switch lift'))
      const id = command?.[2] ?? ''
      expect(await again.says('switch lift')).toContain(id)
      for (const daemon of ['planner', 'sms', 'sweeper']) deployment.start(daemon)
      const ids = [await deployment.remind(1), await deployment.remind(2), await deployment.remind(3)]

      const forecast = async () =>
        (
          (await deployment.ask('GET', '/v1/forecast?zone=Europe/London')).body.routes as Record<string, unknown>[]
        ).find((one) => one.route === 'sms-main')
      expect(await forecast()).toMatchObject({ waiting: 3, heldBySwitch: 3, goes: 0, emptyAt: null })
      const said = deployment.start('forecast')
      expect(await said.says('sms-main')).toContain(
        '3 wait (3 due now, 0 later today); nothing of it goes today; a switch holds 3',
      )
      // The server looks for switches every second.
      await eventually(async () =>
        expect((await deployment.ask('GET', '/readyz')).body).toMatchObject({
          ready: true,
          parts: expect.arrayContaining([
            expect.objectContaining({
              part: 'switches',
              warning: expect.stringContaining(`decorum switch lift ${id}`),
            }),
          ]),
        }),
      )
      expect(await deployment.received()).toEqual([])

      await deployment.start('switch', 'lift', id, '--reason', 'all is well').says('Lifted')
      for (const one of ids) await deployment.reached(one, /^(sent|delivered)$/)
      expect(await deployment.received()).toHaveLength(3)
      expect(await forecast()).toMatchObject({ waiting: 0, heldBySwitch: 0 })
    })

    it('a zone that does not exist is refused', async () => {
      expect(await deployment.ask('GET', '/v1/forecast?zone=Mars/Base')).toMatchObject({
        status: 400,
        body: { code: 'DECORUM_BAD_INPUT' },
      })
    })
  })
})
