import { describe, expect, it } from 'vitest'
import { databaseFailure, isTransient, isUnreachable, type DatabaseFailure } from '../../src/model/database-failure.ts'

const failure = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

const BY_CODE: [code: string, is: DatabaseFailure | null, name: string][] = [
  ['40001', 'conflict', 'serialization_failure'],
  ['40P01', 'conflict', 'deadlock_detected'],
  ['55P03', 'lock_timeout', 'lock_not_available'],
  ['57014', 'statement_timeout', 'query_canceled'],
  ['08000', 'unreachable', 'connection_exception'],
  ['08001', 'unreachable', 'sqlclient_unable_to_establish_sqlconnection'],
  ['08003', 'unreachable', 'connection_does_not_exist'],
  ['08004', 'unreachable', 'sqlserver_rejected_establishment_of_sqlconnection'],
  ['08006', 'unreachable', 'connection_failure'],
  ['08P01', 'unreachable', 'protocol_violation'],
  ['25P03', 'unreachable', 'idle_in_transaction_session_timeout'],
  ['53300', 'unreachable', 'too_many_connections'],
  ['57P01', 'unreachable', 'admin_shutdown'],
  ['57P02', 'unreachable', 'crash_shutdown'],
  ['57P03', 'unreachable', 'cannot_connect_now'],
  ['57P05', 'unreachable', 'idle_session_timeout'],
  ['ECONNREFUSED', 'unreachable', 'nobody listens'],
  ['ECONNRESET', 'unreachable', 'the other side ended it'],
  ['ECONNABORTED', 'unreachable', 'this side ended it'],
  ['EPIPE', 'unreachable', 'written after the other side ended it'],
  ['ETIMEDOUT', 'unreachable', 'no answer of the network'],
  ['ENOTFOUND', 'unreachable', 'the name is not known'],
  ['EAI_AGAIN', 'unreachable', 'the name server does not answer'],
  ['EHOSTUNREACH', 'unreachable', 'no way to the host'],
  ['ENETUNREACH', 'unreachable', 'no way to the network'],
  ['22P05', null, 'untranslatable_character'],
  ['23505', null, 'unique_violation'],
  ['23503', null, 'foreign_key_violation'],
  ['25P02', null, 'in_failed_sql_transaction'],
  ['42P01', null, 'undefined_table'],
  ['57P04', null, 'database_dropped'],
  ['ENOENT', null, 'no such file'],
  ['DECORUM_LEDGER_UNAVAILABLE', null, 'our own, which says itself whether it may pass'],
  ['constructor', null, 'no code of anybody'],
]

describe('a code of PostgreSQL or Node', () => {
  it.each(BY_CODE)('%s is %s (%s)', (code, is, name) => expect(databaseFailure(failure(name, code))).toBe(is))

  it.each(BY_CODE)(
    '%s (%s): tried again unless it took too long; unreachable only when there is no connection',
    (code, is) => {
      expect(isTransient(failure('', code))).toBe(is !== null && is !== 'statement_timeout')
      expect(isUnreachable(failure('', code))).toBe(is === 'unreachable')
    },
  )

  it('counts before the words', () => {
    expect(databaseFailure(failure('Connection terminated', '22P05'))).toBeNull()
  })
})

describe('an error without a code', () => {
  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Cannot use a pool after calling end on the pool',
    'terminating connection due to administrator command',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'getaddrinfo EAI_AGAIN ledger.example',
  ])('of the words "%s" is of a connection that is lost', (message) =>
    expect(databaseFailure(failure(message))).toBe('unreachable'),
  )

  it.each([
    ['a defect of ours', new TypeError('x is not a function')],
    [
      'a query that nobody can run',
      failure('A query must have either text or a name. Supplying neither is unsupported.'),
    ],
    ['words that only tell of a connection', failure('the file says: connection terminated')],
    ['nothing', null],
    ['nothing at all', undefined],
    ['a text', 'ECONNREFUSED'],
    ['a number for a code', { code: 40001 }],
    ['an empty collection', new AggregateError([])],
  ])('is none of these: %s', (_what, error) => expect(databaseFailure(error)).toBeNull())

  it('of several addresses is as the first of them', () => {
    expect(
      databaseFailure(
        new AggregateError([failure('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED'), failure('', '22P05')]),
      ),
    ).toBe('unreachable')
  })
})
