// A thread does not inherit the loader that its process reads TypeScript with (Node 20: `--import tsx` in
// execArgv is ignored for a thread's own entry), so it registers one before anything else.
import { register } from 'tsx/esm/api'

register()
await import('./simulating-thread.ts')
