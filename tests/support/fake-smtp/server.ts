import { createServer, type AddressInfo, type Socket } from 'node:net'

/** Where one conversation goes wrong. Used up by the next conversation or message that gets there. */
export interface SmtpFault {
  at: 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot'
  /** A reply line such as `550 5.1.1 no such user`, or what to do instead of replying. */
  do: 'hang' | 'close' | 'reset' | (string & {})
  /** At `dot`: the message is taken first (its acceptance is lost on the way). */
  accepted?: boolean
}

/** A message that the relay took. */
export interface Received {
  from: string
  to: string[]
  messageId: string
  headers: string
  raw: string
  arrivedAt: number
}

export interface FakeSmtp {
  url: string
  received: Received[]
  faults: SmtpFault[]
  /** Faults that were played, and on which message where one was known. */
  played: { fault: SmtpFault; messageId: string | null; at: number }[]
  /** Messages that came as far as their final dot, taken or not. */
  dots: number
  close(): Promise<void>
}

export interface FakeSmtpOptions {
  port?: number
  /** Demands AUTH with these. */
  user?: string
  password?: string
  pipelining?: boolean
  smtpUtf8?: boolean
}

/**
 * An SMTP relay on loopback that can fail at every phase, on the bare socket: the phases
 * after the final dot are the ones that matter, and no library lets a test in there.
 */
export async function startFakeSmtp(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const sockets = new Set<Socket>()
  const fake: FakeSmtp = { url: '', received: [], faults: [], played: [], dots: 0, close: async () => {} }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    converse(fake, options, socket)
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const login =
    options.user === undefined
      ? ''
      : `${encodeURIComponent(options.user)}:${encodeURIComponent(options.password ?? '')}@`
  fake.url = `smtp://${login}127.0.0.1:${(server.address() as AddressInfo).port}`
  fake.close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return fake
}

function converse(fake: FakeSmtp, options: FakeSmtpOptions, socket: Socket): void {
  let buffer = ''
  let inData = false
  let from = ''
  let to: string[] = []
  let login: string[] | null = null

  /** Plays the fault due at this phase; true when there was none and the normal reply may follow. */
  const fine = (phase: SmtpFault['at'], messageId: string | null = null): boolean => {
    const index = fake.faults.findIndex((fault) => fault.at === phase)
    if (index < 0) return true
    const [fault] = fake.faults.splice(index, 1) as [SmtpFault]
    fake.played.push({ fault, messageId, at: performance.timeOrigin + performance.now() })
    if (fault.do === 'close') socket.end()
    else if (fault.do === 'reset') socket.resetAndDestroy()
    else if (fault.do !== 'hang') {
      socket.write(`${fault.do}\r\n`)
      if (fault.do.startsWith('421')) socket.end()
    }
    return false
  }
  const say = (line: string): void => {
    if (!socket.destroyed) socket.write(`${line}\r\n`)
  }

  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase()
    if (login !== null) {
      login.push(Buffer.from(line, 'base64').toString())
      if (login.length < 2) say('334 UGFzc3dvcmQ6')
      else {
        const [user, password] = login
        login = null
        say(allowed(options, user, password))
      }
    } else if (verb === 'EHLO' || verb === 'HELO') {
      if (!fine('ehlo')) return
      const extensions = [
        'fake.relay.test',
        'SIZE 10485760',
        '8BITMIME',
        'ENHANCEDSTATUSCODES',
        ...(options.pipelining === false ? [] : ['PIPELINING']),
        ...(options.smtpUtf8 === true ? ['SMTPUTF8'] : []),
        ...(options.user === undefined ? [] : ['AUTH PLAIN LOGIN']),
      ]
      say(
        extensions
          .map((extension, index) => `250${index === extensions.length - 1 ? ' ' : '-'}${extension}`)
          .join('\r\n'),
      )
    } else if (verb === 'AUTH') {
      if (!fine('auth')) return
      const [, method, first] = line.split(' ')
      if (method?.toUpperCase() === 'LOGIN') {
        login = []
        say('334 VXNlcm5hbWU6')
      } else {
        const [, user, password] = Buffer.from(first ?? '', 'base64')
          .toString()
          .split('\0')
        say(allowed(options, user, password))
      }
    } else if (verb === 'MAIL') {
      from = /<([^>]*)>/.exec(line)?.[1] ?? ''
      to = []
      if (fine('mail')) say('250 2.1.0 ok')
    } else if (verb === 'RCPT') {
      if (!fine('rcpt')) return
      to.push(/<([^>]*)>/.exec(line)?.[1] ?? '')
      say('250 2.1.5 ok')
    } else if (verb === 'DATA') {
      if (to.length === 0) return say('503 5.5.1 no valid recipients')
      if (!fine('data')) return
      inData = true
      say('354 go ahead')
    } else if (verb === 'RSET' || verb === 'NOOP') say('250 2.0.0 ok')
    else if (verb === 'QUIT') {
      say('221 2.0.0 bye')
      socket.end()
    } else say('500 5.5.2 what?')
  }

  const wholeMessage = (raw: string): void => {
    fake.dots += 1
    const headers = raw.slice(0, raw.indexOf('\r\n\r\n'))
    const messageId = /^message-id:\s*<([^>]*)>/im.exec(headers)?.[1] ?? ''
    const take = (): void => {
      fake.received.push({
        from,
        to,
        headers,
        raw,
        messageId,
        arrivedAt: performance.timeOrigin + performance.now(),
      })
    }
    if (fake.faults.some((fault) => fault.at === 'dot' && fault.accepted === true)) take()
    if (fine('dot', messageId)) {
      take()
      say(`250 2.0.0 ok queued as ${fake.received.length}`)
    }
  }

  if (!fine('greeting')) return
  say('220 fake.relay.test ESMTP')
  socket.on('data', (chunk) => {
    if (inData && !fine('body')) {
      inData = false
      return
    }
    buffer += chunk.toString('latin1')
    for (;;) {
      const end = inData ? buffer.indexOf('\r\n.\r\n') : buffer.indexOf('\r\n')
      // A client that pipelines may send a lone dot right after DATA.
      if (inData && buffer.startsWith('.\r\n')) {
        buffer = buffer.slice(3)
        inData = false
        say('554 5.6.0 empty')
        continue
      }
      if (end < 0) return
      const part = buffer.slice(0, end)
      buffer = buffer.slice(end + (inData ? 5 : 2))
      if (inData) {
        inData = false
        wholeMessage(`${part}\r\n`)
      } else command(part)
    }
  })
}

const allowed = (options: FakeSmtpOptions, user: string | undefined, password: string | undefined): string =>
  user === options.user && password === options.password ? '235 2.7.0 welcome' : '535 5.7.8 bad credentials'
