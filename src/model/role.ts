/** In which capacity the creditor on an account acts; most rules turn on it. */
export const ROLES = ['original-creditor', 'servicer', 'collector', 'debt-buyer'] as const
export type Role = (typeof ROLES)[number]
