// Loaded before every process of a run (node --import). Two things:
// - the wall clock can be stepped: the file named by CHAOS_CLOCK holds how many milliseconds it is off.
//   Only Date moves; timers and the monotonic clock go on, as on a machine whose clock somebody set;
// - the process ends with the harness, also when that was killed.
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK
const parent = process.ppid
const RealDate = globalThis.Date
const realNow = RealDate.now.bind(RealDate)
let offset = 0

const look = () => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  if (file === undefined) return
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    offset = 0
  }
}
look()
setInterval(look, 50).unref()

RealDate.now = () => realNow() + offset
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [realNow() + offset] : args, made),
})
