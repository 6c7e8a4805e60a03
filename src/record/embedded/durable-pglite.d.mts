import type { PGlite } from '@electric-sql/pglite'

/** Opens the data in a directory, making it if it is empty; every commit waits for `fsync`. */
export function openDurable(directory: string, fsync?: (fd: number) => void): Promise<PGlite>
