/**
 * Dictionary 1: what the JSON of a decision's facts and of a message's words mostly consists of.
 *
 * Keys in the order in which `composeFacts` and `composeWords` write them, each with its usual values, so that one long
 * match spans many keys. A string that varies begins and ends a line. Values of the vocabulary, zones and currencies
 * that are less common come first. No value in it belongs to a person or a creditor.
 *
 * Frozen: rows of the ledger can be read only with the bytes they were packed with. Another text is another dictionary.
 */
export const DICTIONARY_V1 = [
  // Places and moneys, by themselves.
  'Africa/Johannesburg"Africa/Lagos"Africa/Nairobi"Atlantic/Azores"Atlantic/Canary"Pacific/Auckland"Pacific/Honolulu"',
  'Australia/Perth"Australia/Adelaide"Australia/Darwin"Australia/Hobart"Australia/Brisbane"Australia/Melbourne"Australia/Sydney"',
  'Asia/Makassar"Asia/Pontianak"Asia/Jayapura"Asia/Jakarta"Asia/Manila"Asia/Singapore"Asia/Seoul"Asia/Tokyo"Asia/Taipei"Asia/Almaty"Asia/Urumqi"Asia/Kolkata"Asia/Hong_Kong"',
  'Europe/Athens"Europe/Lisbon"Europe/Dublin"Europe/Brussels"Europe/Amsterdam"Europe/Moscow"Europe/Rome"Europe/Madrid"Europe/Paris"Europe/Berlin"Europe/London"',
  'America/Adak"America/Anchorage"America/Juneau"America/Boise"America/Indiana/Indianapolis"America/Kentucky/Louisville"America/North_Dakota/Center"America/Menominee"America/Puerto_Rico"',
  'America/St_Johns"America/Halifax"America/Moncton"America/Regina"America/Winnipeg"America/Edmonton"America/Vancouver"America/Toronto"',
  'America/Tijuana"America/Hermosillo"America/Mazatlan"America/Chihuahua"America/Cancun"America/Merida"America/Matamoros"America/Monterrey"America/Mexico_City"America/Bogota"America/Lima"America/Santiago"America/Argentina/Buenos_Aires"',
  'America/Rio_Branco"America/Noronha"America/Belem"America/Cuiaba"America/Manaus"America/Maceio"America/Fortaleza"America/Recife"America/Bahia"America/Sao_Paulo"',
  'America/Detroit"America/Phoenix"America/Denver"America/Chicago"America/Los_Angeles"America/New_York"',
  '"currency":"JPY"},"currency":"KRW"},"currency":"IDR"},"currency":"PHP"},"currency":"CLP"},"currency":"COP"},"currency":"MXN"},"currency":"BRL"},"currency":"AUD"},"currency":"CAD"},"currency":"INR"},"currency":"HKD"},',
  // Suppressions, consents, holds, events, evidence, blocked times.
  '"reason":"refusal-to-pay","reason":"wrong-number","reason":"deceased","reason":"attorney","reason":"bankruptcy","reason":"identity-fraud","reason":"bad-address","reason":"manual",',
  '{"scope":"address","channel":null,"address":"","reason":"opt-out","from":1795,"until":null,"otherRecipient":true},{"scope":"channel","channel":"sms","address":null,"reason":"opt-out","from":1796,"until":null}],"consents":[],{"scope":"all","channel":null,"address":null,"reason":"cease","from":1797,"until":null}',
  '"kind":"contact-outside-hours","kind":"exceed-cap","suppressions":[],"consents":[{"kind":"artificial-voice","channel":"phone","address":"","from":1795',
  '{"kind":"hardship","account":{"kind":"complaint","account":{"kind":"legal-action","account":{"kind":"breathing-space","account":{"kind":"facts-conflict","account":{"kind":"reversal-pause","account":{"kind":"manual","account":{"kind":"reply","account":null,"from":1795',
  '{"kind":"dispute","account":"","from":1796,"until":null},{"kind":"promise","account":"","from":1797,"until":null}],"suppressions":[],"consents":[],"system":{"testMode":false,"switchedOff":null,"clockUncertain":false,"routeProblem":null,"notRegistered":false,"phoneInFlight":false',
  '"kind":null,"type":"payment-reversed","account":"","kind":null,"type":"payment-failed","account":"","kind":null,"type":"payment-pending","account":"","kind":null,"type":"due-date-changed","account":"","kind":null,"type":"promise-broken","account":"","kind":null,"type":"promise","account":"',
  '"kind":"validation","type":"notice","account":"","kind":null,"type":"payment","account":""}],"events":[{"at":17960000,"kind":null,"type":"dispute-resolved","account":"hardship"complaint"charge-off"hand-off"adjustment"',
  '"locationEvidence":[{"at":1795,"kind":"postal-address","timeZone":null,"jurisdiction":"US-"kind":"stated"kind":"earlier-address"kind":"phone-prefix"},{"at":1796',
  '"blockedTimes":[{"days":[1,2,3,4,5],"from":"08:00","to":"12:00","channel":null,"until":null}',
  // Contacts made earlier, as the ledger lists them.
  '"party":"unknown","channel":"phone","outcome":"failed","accounts":["party":"third-party","channel":"phone","outcome":"voicemail","accounts":["party":"recipient","channel":"sms","outcome":"in-doubt","accounts":["',
  '"by":"agency","mode":"agent","party":"unknown","channel":"phone","outcome":"voicemail","accounts":[""],"direction":"inbound","otherRecipient":true,"address":"',
  '{"at":17960000,"by":"agent","mode":"agent","party":"unknown","channel":"phone","outcome":"no-answer","accounts":[""],"direction":"outbound","otherRecipient":false,"address":null},{"at":1796',
  '00000,"by":"agent","mode":"agent","party":"recipient","channel":"phone","outcome":"conversation","accounts":["',
  '00000,"by":"decorum","mode":"automated","party":null,"channel":"phone","outcome":"no-answer","accounts":["',
  '00000,"by":"decorum","mode":"automated","party":null,"channel":"email","outcome":"sent","accounts":["',
  '00000,"by":"decorum","mode":"automated","party":null,"channel":"email","outcome":"delivered","accounts":["',
  '{"at":17950000,"by":"decorum","mode":"automated","party":null,"channel":"sms","outcome":"sent","accounts":["',
  '{"at":17950000,"by":"decorum","mode":"automated","party":null,"channel":"sms","outcome":"delivered","accounts":["',
  '"],"direction":"outbound","otherRecipient":false,"address":"',
  '"}],"events":[],"holds":[],"suppressions":[],"consents":[],"system":{"testMode":false,"switchedOff":null,"clockUncertain":false,"routeProblem":null,"notRegistered":false,"phoneInFlight":false',
  ',"sameWordsAs":{"reminderId":"","at":17"testMode":true,"switchedOff":"stopped","clockUncertain":true,"routeProblem":"no route serves the recipient has no own address for route does not carry ","notRegistered":true,"phoneInFlight":true',
  '{"at":1795,"channel":"sms","direction":"outbound","accounts":["","address":"","outcome":"pending","by":"decorum","mode":"automated","party":null,"otherRecipient":false}],"events":[],"holds":[],',
  // What the message is for and who it goes to.
  '"role":"servicer","product":"mortgage","dueDate":"2026-"role":"debt-buyer","product":"medical","dueDate":"2026-"role":"collector","product":"student-loan","dueDate":"2026-',
  '"product":"auto-loan","dueDate":"2027-"product":"bank-loan","dueDate":"2027-"product":"microfinance","dueDate":"2027-"product":"education-loan","dueDate":"2027-"product":"credit-card","dueDate":"2027-"product":"instalment-loan","dueDate":"2026-"product":"personal-loan","dueDate":"2026-',
  '"state":"cured","spell":null,"state":"settled","spell":"state":"withdrawn","spell":"state":"charged-off","spell":"state":"handed-off","spell":"',
  '"kind":"landline","relation":"self","country":"","kind":"voip","relation":"self","country":"","kind":"work","relation":"self","country":"","kind":"home","relation":"self","country":"","kind":"personal","relation":"self","country":null,"zones":[],"subdivisions":[]',
  ',"line":"landline","takesSms":true,"origin":"consumer-used","origin":"consumer-consent","origin":"creditor-notice","origin":"prior-collector","origin":"other","verifiedAt":1795',
  '"kind":"mobile","relation":"self","country":"GB","zones":["Europe/London"],"subdivisions":[]},"recipient":{"id":"","timeZone":"Europe/London","jurisdiction":"GB',
  '"kind":null,"relation":"self","country":"US","zones":["America/New_York"],"subdivisions":["US-"]},"recipient":{"id":"","timeZone":"America/New_York","jurisdiction":"US-NY","timeZone":"America/Chicago","jurisdiction":"US-IL","timeZone":"America/Los_Angeles","jurisdiction":"US-CA","locationEvidence":[],"blockedTimes":[],"caughtUpOn":"2026-',
  '"kind":null,"relation":"self","country":null,"zones":[],"subdivisions":[]},"recipient":{"id":"","timeZone":null,"jurisdiction":null,"locationEvidence":[],"blockedTimes":[],"caughtUpOn":"2026-11-',
  '"},"accounts":[{"id":"","role":"original-creditor","product":"instalment-loan","dueDate":"2026-12-","daysPastDue":"state":"open","spell":"',
  '"interest-calculation","client-name-and-address","ground-with-contract-and-date","above-statutory-rate-note","cost-type-amount-reason","vat-statement","address-was-researched","supervisory-authority","person-name","date-and-time","suggested-times","any-representative","debt","amount","creditor-relationship","debt-before-identity","collection-in-sender-name"',
  '"rights","how-to-query-or-dispute","debt-advice-signposting","balance","reason","contact","opt-out-instruction","debt-collector-disclosure"],"voicemail":null}},"address":{"id":"',
  '{"reminder":{"channel":"phone","tone":"final","kind":"required-notice","mode":"agent","kind":"service","mode":null,"kind":"confirmation","mode":"automated","expiresAt":null,"carries":{"message":["business-name","contact","opt-out-instruction"],"voicemail":null}},"address":null,',
  '{"reminder":{"channel":"phone","tone":"firm","kind":"reminder","mode":"automated","expiresAt":1796,"dueAt":1796,"carries":{"message":["business-name","reason","opt-out-instruction"],"voicemail":["salutation","phone-number","request-to-reply"]}},"address":{"id":"',
  '{"reminder":{"channel":"email","tone":"neutral","kind":"reminder","mode":"automated","expiresAt":1797,"dueAt":1797,"carries":{"message":["business-name","balance","reason","contact","opt-out-instruction"],"voicemail":null}},"address":{"id":"',
  '{"reminder":{"channel":"sms","tone":"neutral","kind":"reminder","mode":"automated","expiresAt":1798,"dueAt":1798,"carries":{"message":["business-name","reason","contact","opt-out-instruction"],"voicemail":null}},"address":{"id":"',
  // A message's words.
  '"honorific":"Mx"},"honorific":"Mrs"},"honorific":"Mr"},"honorific":"Ms"},"honorific":"女士"},"honorific":"先生"},"creditor":{"name":{"zh-CN":"',
  '"nextStep":{"kind":"charge-off","date":"2027-"kind":"return-to-creditor","date":"2027-"nextStep":{"kind":"placement","date":"2026-01-","party":"","authorisedBy":"',
  '"minimumDue":{"amount":".00","currency":"EUR"},"originalCreditor":"","lateInterest":false,"reportsToBureau":false,"nextStep":null,"lateInterest":null,"reportsToBureau":null,"nextStep":null}',
  '{"recipient":{"name":null,"givenName":null,"familyName":null,"honorific":null},"creditor":{"name":"","signature":null,"voiceName":"","contactPerson":"","helpLine":"800-","helpHours":"Mon-Fri 9-6 ET","payUrl":"https://.example/pay","postalAddress":"","licenceLines":["LLC, NMLS licence "],"collector":"","originalCreditor":"","allowedLinks":[".com","',
  '"en":"","signature":"","voiceName":{"zh-CN":"","en":"","contactPerson":null,"helpLine":"400-","helpHours":{"zh-CN":"9:00-20:00","en":"9:00-20:00 Beijing time"},"payUrl":"https://pay.","postalAddress":{"zh-CN":"","en":"","licenceLines":[],"collector":null,"originalCreditor":null,"allowedLinks":["',
  '{"recipient":{"name":"","givenName":"","familyName":"","honorific":"","minimumDue":null,"originalCreditor":null,"lateInterest":true,"reportsToBureau":true,"nextStep":null},{"masked":"',
  '"]},"accounts":[{"masked":"","dueDate":"2027-","daysPastDue":,"asOf":"2027-0","overdue":{"amount":".50","currency":"GBP"},".00","currency":"USD"},"dueDate":"2026-11-","daysPastDue":,"asOf":"2026-12-","overdue":{"amount":".00","currency":"CNY"},',
  '"minimumDue":null,"originalCreditor":null,"lateInterest":true,"reportsToBureau":true,"nextStep":null}],"earlierEmail":"2026-","writtenNotice":"2026-","optOutUrl":"https://reminders.',
  '"nextStep":null}],"earlierEmail":null,"writtenNotice":null,"optOutUrl":null,"variables":{}}',
  // The most common facts, whole.
  '{"reminder":{"channel":"sms","tone":"gentle","kind":"reminder","mode":"automated","expiresAt":1795,"dueAt":1795,"carries":{"message":["business-name","registered-signature-2-to-16-characters","balance","reason","contact"],"voicemail":null}},"address":{"id":"',
  '","kind":"mobile","relation":"self","country":"CN","zones":["Asia/Shanghai"],"subdivisions":[]},"recipient":{"id":"',
  '","timeZone":"Asia/Shanghai","jurisdiction":"CN","locationEvidence":[],"blockedTimes":[]},"accounts":[{"id":"',
  '","role":"original-creditor","product":"consumer-loan","dueDate":"2026-11-","daysPastDue":1,"state":"open","spell":"',
  '","asOf":17954,"freshForMs":129600000}],"contacts":[],"events":[],"holds":[],"suppressions":[],"consents":[],"system":{"testMode":false,"switchedOff":null,"clockUncertain":false,"routeProblem":null,"notRegistered":false,"phoneInFlight":false},"zoneData":"2026',
].join('')
