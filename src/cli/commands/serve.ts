import { Command } from 'commander'
import type { App } from '../../app/app.ts'
import { runDaemon } from '../../app/run-daemon.ts'
import { closeInTime } from '../../http/connection-bounds.ts'
import { buildServer } from '../../http/server.ts'
import { DecorumError } from '../../model/errors.ts'

/** `decorum serve`: the HTTP interface; run `decorum work` beside it. */
export function command(): Command {
  return new Command('serve')
    .description(
      'Runs the HTTP interface on PORT: accounts in, questions answered, callbacks taken. Daemons run beside it: `decorum work`.',
    )
    .action(async () => {
      process.exit(await runDaemon({ daemons: [], healthPort: null, alongside: serveHttp }))
    })
}

/** Starts the HTTP interface of a process and prints its address. */
export async function serveHttp(app: App): Promise<{ close(): Promise<void> }> {
  const server = await buildServer(app)
  const { host, port } = app.config
  const address = await server.listen({ port, host }).catch((cause: unknown) => {
    throw new DecorumError('DECORUM_CONFIG', `port ${port} of ${host} cannot be listened on`, {
      cause,
      hint: 'Is another process using it? Set PORT to a free one, and HOST to an address of this machine.',
    })
  })
  const secret = await app.services.ensureBootstrapKey(app.config.bootstrapKey).catch(async (error: unknown) => {
    // Frees the port for the next attempt to start.
    await server.close()
    throw error
  })
  process.stderr.write(`decorum: listening on ${address}, documentation at ${address}/docs\n`)
  if (secret !== null) process.stderr.write(`decorum: first admin key, shown once: ${secret}\n`)
  return { close: () => closeInTime(server) }
}
