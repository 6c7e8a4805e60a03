/** Every item of a list, read page by page. */
export async function everyPage<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const { items: some, next } = await page(cursor)
    items.push(...some)
    cursor = next ?? undefined
  } while (cursor !== undefined)
  return items
}
