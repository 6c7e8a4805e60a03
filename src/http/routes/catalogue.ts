import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { CHANNELS, TONES } from '../../model/vocabulary.ts'
import type { Api } from '../openapi.ts'
import { answers } from '../schema.ts'

const tags = ['Configuration']
const listOf = <T extends z.ZodType>(item: T) => answers(200, z.object({ items: z.array(item) }))

/** The configuration, read only and without secrets. */
export function catalogueRoutes(api: Api, app: App): void {
  const { config } = app

  api.get(
    '/v1/templates',
    {
      config: { scope: 'any' },
      schema: {
        tags,
        summary: 'Templates',
        operationId: 'listTemplates',
        response: listOf(
          z.object({
            id: z.string(),
            title: z.string(),
            locales: z.array(z.string()),
            channels: z.array(z.enum(CHANNELS)),
            tones: z.array(z.enum(TONES)),
          }),
        ),
      },
    },
    () => ({
      items: [...config.templates.values()].map(({ id, manifest: { title, locales, channels, tones } }) => ({
        id,
        title,
        locales,
        channels,
        tones,
      })),
    }),
  )

  api.get(
    '/v1/ladders',
    {
      config: { scope: 'any' },
      schema: {
        tags,
        summary: 'Ladders and the version that new spells pin',
        operationId: 'listLadders',
        response: listOf(z.object({ id: z.string(), version: z.string(), rungs: z.array(z.string()) })),
      },
    },
    () => ({
      items: [...config.ladders.values()].map(({ ladder, version }) => ({
        id: ladder.id,
        version,
        rungs: ladder.rungs.map((rung) => rung.id),
      })),
    }),
  )

  api.get(
    '/v1/policies',
    {
      config: { scope: 'any' },
      schema: {
        tags,
        summary: 'Policy packs',
        operationId: 'listPolicies',
        response: listOf(z.object({ id: z.string(), version: z.string(), title: z.string() })),
      },
    },
    () => ({ items: app.policies.all.map(({ id, version, title }) => ({ id, version, title })) }),
  )

  api.get(
    '/v1/routes',
    {
      config: { scope: 'any' },
      schema: {
        tags,
        summary: 'Routes, without their settings',
        operationId: 'listRoutes',
        response: listOf(
          z.object({ id: z.string(), channel: z.enum(CHANNELS), provider: z.string(), perSecond: z.number() }),
        ),
      },
    },
    () => ({
      items: config.routes.map(({ id, channel, provider, rate }) => ({
        id,
        channel,
        provider,
        perSecond: rate.perSecond,
      })),
    }),
  )
}
