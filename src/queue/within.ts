/**
 * Waits for `work`, but not for ever.
 *
 * @returns  what `work` gives, or `otherwise` after `ms` or when it fails; late results and failures are dropped
 */
export async function within<T, U>(ms: number, work: Promise<T>, otherwise: (error: unknown) => U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } catch (error) {
    return otherwise(error)
  } finally {
    clearTimeout(timer)
  }
}
