import { v7 } from 'uuid'

/**
 * What is the id of a new row?
 *
 * @returns  a uuidv7: sorts by creation within one process, takes machine time even when
 *           business time is stepped, and tells its month to tables partitioned by id
 */
export const newId = (): string => v7()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** Can this text be an id of ours? Ask before it reaches SQL, where anything else is an error. */
export const isId = (text: string): boolean => UUID.test(text)
