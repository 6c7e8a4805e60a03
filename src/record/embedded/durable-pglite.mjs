// PGlite that really waits for the disk. Plain JavaScript, as the thread that runs it must
// start the same under tsx, vitest and node.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/**
 * PGlite's NodeFS with an fsync.
 *
 * Emscripten's NODEFS has none: with `fsync = on`, 50 commits made no sync call at all (strace,
 * PGlite 0.5.16). They survived kill -9, since the system had the pages, but not a power cut.
 */
class DurableNodeFS extends NodeFS {
  #fsync

  /** @param {string} directory @param {(fd: number) => void} fsync */
  constructor(directory, fsync) {
    super(directory)
    this.#fsync = fsync
  }

  async init(pg, options) {
    const { emscriptenOpts } = await super.init(pg, options)
    const installFsync = ({ NODEFS }) => {
      NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) this.#fsync(stream.nfd)
        else this.#syncDirectory(NODEFS.realPath(stream.node))
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...emscriptenOpts.preRun, installFsync] } }
  }

  /** NODEFS opens no descriptor for a directory, whose entries must last as well. */
  #syncDirectory(path) {
    const fd = openSync(path, 'r')
    this.#fsync(fd)
    closeSync(fd)
  }
}

// '-F' turns fsync off. fdatasync, the default, is a stub in Emscripten; fsync reaches the file system.
const startParams = [
  ...PGlite.defaultStartParams
    .filter((param) => param !== '-F')
    .map((param) => (param === 'search_path=public' ? 'search_path=bullmq,public' : param)),
  '-c',
  'wal_sync_method=fsync',
]

/**
 * Opens the data in a directory, making it if it is empty.
 *
 * @param {string} directory
 * @param {(fd: number) => void} fsync
 * @returns {Promise<PGlite>}
 */
export const openDurable = (directory, fsync = fsyncSync) =>
  PGlite.create({ fs: new DurableNodeFS(directory, fsync), startParams })
