import type { NeverSay } from './never-say.ts'

/** What no English text says. 15 USC 1692d–f and the house standard for words. */
export const NEVER_SAY_EN: readonly NeverSay[] = [
  { pattern: /\b(?:arrest\w*|jail\w*|prison\w*|police|sheriff\w*|criminal\w*|crimes?|fraud\w*|felon\w*|prosecut\w*|warrants?)\b/i, reason: 'threatens with crime; an unpaid debt is none' },
  { pattern: /\b(?:su(?:e|ed|ing)|lawsuits?|litigat\w*|garnish\w*|seiz\w*|repossess\w*|lev(?:y|ied)|liens?|attach your|legal (?:action|proceedings|steps|department|consequences)|courts?|attorneys?|lawyers?|judg(?:e)?ments?)\b/i, reason: 'speaks of legal steps that no one has decided' },
  { pattern: /\b(?:government|federal|treasury|IRS|law enforcement|official (?:notice|warning)|department of|bureau of)\b/i, reason: 'hints at government authority' },
  { pattern: /\b(?:final|last) (?:notice|chance|warning|demand|opportunity|reminder|call)\b/i, reason: 'deceptive if anything follows' },
  { pattern: /\b(?:act now|immediate(?:ly)?|urgent(?:ly)?|at once|right away|without delay|as soon as possible|asap|today only|expires?|deadline|hurry|do not ignore|time is running out)\b/i, reason: 'hurries' },
  { pattern: /\b(?:hours?|days?|minutes?) (?:left|remaining|to go)\b|\bonly \S+ (?:hours?|days?|minutes?)\b|\bcountdown\b/i, reason: 'counts down' },
  { pattern: /\b(?:ruin\w*|destroy\w*|wreck\w*|damag\w*|hurt\w*|harm\w*) (?:your|the) credit\b|\bcredit (?:will|may|could|can) be (?:ruined|damaged|destroyed|hurt|harmed)\b|\bblack ?list\w*/i, reason: 'exaggerates what credit reporting does' },
  { pattern: /\b(?:consequences|or else|failure to (?:pay|respond|comply)|face (?:the|further)|you (?:must|have to|are required to|are obliged to)|we (?:demand|insist)|demand (?:for )?payment)\b/i, reason: 'threatens or orders' },
  { pattern: /\b(?:sham(?:e|ed|eful)|asham\w*|embarrass\w*|disgrac\w*|deadbeats?|irresponsib\w*|dishonest\w*|lia(?:r|rs)|broken your word|pity|guilt\w*)\b/i, reason: 'shames or pleads' },
  { pattern: /\b(?:tell|contact|inform|notify|call|visit|reach) (?:to )?your (?:family|spouse|wife|husband|parents?|children|employer|boss|work\w*|neighbou?rs?|friends?|relatives?|references?)\b/i, reason: 'threatens to tell others' },
  { pattern: /\b(?:visit|come to|go to|stop by|show up at) (?:you|your (?:home|house|door|work\w*|office))\b/i, reason: 'threatens with a visit' },
  { pattern: /\b(?:your (?:family|children|kids|illness|health)|for the sake of)\b/i, reason: 'presses through family or illness' },
  { pattern: /\b(?:discount\w*|settle (?:for|it for)|waiv\w+|forgiv\w+|write off part|reduced amount|special offer|limited[- ]time)\b/i, reason: 'offers what no one has approved' },
  { pattern: /\b(?:expos\w+ you|make (?:it|this) public|publish your|post your name)\b/i, reason: 'threatens to make the debt public' },
]
