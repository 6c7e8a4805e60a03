/**
 * The route of a reminder that no route serves.
 *
 * Such a reminder still needs a decision that people can read, so it goes through the same
 * reserve as all others, is refused there as `route_not_eligible`, and never reaches a provider.
 */
export const NO_ROUTE = 'none'
