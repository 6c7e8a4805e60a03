/** Bytes of a message before its contents: its type, and its length without the type. */
const HEAD = 5

export const READY_FOR_QUERY = 'Z'.charCodeAt(0)
export const ERROR_RESPONSE = 'E'.charCodeAt(0)
export const PARSE = 'P'.charCodeAt(0)
/** Ends a series of messages; PostgreSQL answers it with one READY_FOR_QUERY. */
export const SYNC = Buffer.from([0x53, 0, 0, 0, 4])

/** Reads PostgreSQL's protocol in either direction: takes bytes as they come, and tells each message once it is whole, head included. */
export function messagesOf(onMessage: (type: number, message: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let at = 0
    while (rest.length - at >= HEAD) {
      const end = at + 1 + rest.readUInt32BE(at + 1)
      if (end > rest.length) break
      onMessage(rest[at] as number, rest.subarray(at, end))
      at = end
    }
    rest = rest.subarray(at)
  }
}

/** Under which name does this PARSE prepare its statement? Empty: it is to be run once. */
export const nameOfParse = (message: Buffer): string => message.toString('latin1', HEAD, message.indexOf(0, HEAD))

/** What an ERROR_RESPONSE says: its field M. */
export function textOfError(message: Buffer): string {
  const fields = message.toString('utf8', HEAD).split('\0')
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'an error without words'
}
