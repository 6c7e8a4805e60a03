// Loaded before a worker (node --import): says on its standard error whenever its event loop stood still
// for longer than a call may take to the wire, so that whoever reads a provider's books knows which calls
// the machine, not the worker, delayed.
const LOOK_EVERY_MS = 5
const WORTH_SAYING_MS = 15

const now = () => performance.timeOrigin + performance.now()
let looked = now()
setInterval(() => {
  const since = looked
  looked = now()
  if (looked - since > LOOK_EVERY_MS + WORTH_SAYING_MS)
    process.stderr.write(`${JSON.stringify({ stalledFrom: since, stalledTo: looked })}\n`)
}, LOOK_EVERY_MS).unref()
