import type pg from 'pg'

/** Carries nothing but that it rang: no name, no id. */
const CHANNEL = 'decorum_planner'

/** Tells every process that listens that there is something to plan. */
export async function ringPlanner(pool: pg.Pool): Promise<void> {
  await pool.query(`NOTIFY ${CHANNEL}`)
}

/**
 * Listens on a connection of its own until that breaks or `stop` is called.
 *
 * @param onRing  called for each ringing; several at once may come as one
 * @param onLost  called once when the connection breaks, never after `stop`
 * @throws        when the ledger does not answer
 */
export async function listenForPlanner(pool: pg.Pool, onRing: () => void, onLost: () => void): Promise<{ stop(): void }> {
  const client = await pool.connect()
  let over = false
  const end = (): boolean => {
    if (over) return false
    over = true
    client.off('notification', heard)
    // Not to be used again: it would go on listening in somebody else's hands.
    client.release(true)
    return true
  }
  const heard = (message: pg.Notification): void => {
    if (message.channel === CHANNEL) onRing()
  }
  const lost = (): void => {
    if (end()) onLost()
  }
  client.on('notification', heard)
  client.once('error', lost)
  client.once('end', lost)
  try {
    await client.query(`LISTEN ${CHANNEL}`)
  } catch (error) {
    end()
    throw error
  }
  return { stop: () => void end() }
}
