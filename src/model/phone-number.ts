/** Is this an E.164 number, `+` and 7 to 15 digits? Whether it is in use is for the carrier to say. */
export const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)
