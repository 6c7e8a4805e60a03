import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A wire to a server that a test can cut or freeze. */
export interface Proxy {
  port: number
  /** Refuses and drops every connection, as a stopped server does. */
  cut(): Promise<void>
  /** Carries nothing but keeps connections, as a hung server does. */
  freeze(): void
  /** Works again, after either. */
  restore(): Promise<void>
  close(): Promise<void>
}

export async function openProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let frozen = false
  const hold = (socket: Socket): void => {
    sockets.add(socket)
    if (frozen) socket.pause()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      hold(from)
      from.on('data', (chunk) => to.write(chunk))
      from.on('close', () => to.destroy())
    }
    if (frozen) for (const socket of [near, far]) socket.pause()
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await listen(0)
  return {
    port,
    cut,
    freeze: () => {
      frozen = true
      for (const socket of sockets) socket.pause()
    },
    restore: async () => {
      frozen = false
      for (const socket of sockets) socket.resume()
      if (!server.listening) await listen(port)
    },
    close: cut,
  }
}
