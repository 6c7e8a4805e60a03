import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from '../../src/queue/redis-connection.ts'

const plain = { kind: 'standalone', tls: false, username: undefined, password: undefined, db: 0, master: undefined }

describe('REDIS_URL', () => {
  it.each([
    ['redis://localhost', { ...plain, nodes: [{ host: 'localhost', port: 6379 }] }],
    ['redis://127.0.0.1:6380/3', { ...plain, nodes: [{ host: '127.0.0.1', port: 6380 }], db: 3 }],
    ['redis://[::1]:6380', { ...plain, nodes: [{ host: '::1', port: 6380 }] }],
    [
      'rediss://me:p%40ss@cache.example:6380/1',
      { ...plain, nodes: [{ host: 'cache.example', port: 6380 }], tls: true, username: 'me', password: 'p@ss', db: 1 },
    ],
    ['redis://:secret@h', { ...plain, nodes: [{ host: 'h', port: 6379 }], password: 'secret' }],
    [
      'redis-sentinel://a,b:26380/mymaster/2',
      {
        ...plain,
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26380 },
        ],
        master: 'mymaster',
        db: 2,
      },
    ],
    [
      'redis-cluster://a:7000,b:7001',
      {
        ...plain,
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
        ],
      },
    ],
  ])('%s is understood', (text, place) => {
    expect(parseRedisUrl(text)).toEqual(place)
  })

  it.each([
    ['http://me:secret@h', 'is not a Redis URL'],
    ['redis://', 'is not a Redis URL'],
    ['redis://a,b', 'names several hosts'],
    ['redis://h:99999', 'has a host that cannot be read'],
    ['redis://h/one', 'is not a database number'],
    ['redis-sentinel://a,b', 'lacks the master'],
    ['redis-cluster://a/1', 'which a cluster does not have'],
    ['redis://me:se%zzcret@h', 'has a % that is not followed'],
  ])('%s is refused with a cure, without repeating the password', (text, problem) => {
    expect(() => parseRedisUrl(text)).toThrow(
      expect.objectContaining({
        code: 'DECORUM_CONFIG',
        message: expect.stringContaining(problem),
        hint: expect.stringContaining('redis-cluster://'),
      }),
    )
    expect(() => parseRedisUrl(text)).not.toThrow(/secret|zzcret/)
  })
})
