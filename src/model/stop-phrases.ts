/**
 * How recipients ask to stop or to resume messages, language by language.
 *
 * A phrase is a row of words: `a/b` either word, `word*` any ending, `word?` may be absent, `~` up to two words of any
 * kind. Text is folded before it is compared (case, accents, punctuation), so phrases are listed in normal spelling. In
 * languages without spaces a phrase matches anywhere. Prefers one suppression too many: an agent lifts what matched too
 * widely, and reads what matched nothing while the channel is on hold.
 */

/** Replies that mean it by themselves: what carriers, Twilio and regulators list (regulations.md T-4, T-5), and their counterparts. */
export const STOP_WORDS: readonly string[] = [
  'STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'UNSUB', 'UNSUBSCRIBED', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT', 'REMOVE', 'STOPPED', 'NOMORE', 'STOPTEXTING',
  'NO MORE PLEASE', 'PLEASE NO MORE', 'NO TEXTS', 'NO TEXTS PLEASE', 'NO SMS', 'NO CALLS', 'NO MESSAGES', 'DO NOT SEND', 'DNC', 'CEASE', 'DESIST', 'HALT', 'EXIT', 'DISCONTINUE', 'ENOUGH', 'UNSUBSCIBE', 'UNSUSCRIBE',
  'TD', 'T', '退订', '取消订阅', '停止', '退訂', '取消訂閱', '拒收', '拒绝', '拒絕', '不要', '停', '退', '退了', '取消', '取消短信', '退出', '屏蔽', '拉黑', '请停止', '請停止',
  'ARRET', 'ARRÊTER', 'DÉSABONNER', 'ALTO', 'BAJA', 'PARAR', 'BASTA', 'CANCELAR', 'DETENER', 'SAIR', 'PARE', 'REMOVER', 'DESCADASTRAR',
  'NO MÁS', 'PARA', 'QUITAR', 'SALIR', 'ELIMINAR', 'BORRAR', 'NO MOLESTAR', 'NO AUTORIZO', 'CHEGA', 'SMETTI', 'WIDERRUF', 'WIDERRUFE', 'AUSTRAGEN', 'HOU OP',
  'AVSLUTA', 'AVREGISTRERA', 'AVMELD', 'AFMELD', 'SLUTT', 'DEZABONARE', 'OPRIȚI', 'PŘESTAŇTE', 'ODHLÁSIT', 'LEIRATKOZÁS', 'СПРЕТЕ', 'ΣΤΟΠ', 'ΣΤΑΜΑΤΗΣΤΕ', 'ΔΙΑΓΡΑΦΗ',
  'RET', 'TC', 'TỪ CHỐI', 'AYAW KO NA', 'ACHA', 'SITISHA', 'הסר', 'הסירו אותי', 'להפסיק', 'كفى', 'لغو', 'بس کنید', 'بند کرو', 'بند کریں', 'বন্ধ', 'বন্ধ করুন', 'நிறுத்து', '退会', 'いらない', '차단', '거부',
  'STOPP', 'ABMELDEN', 'AUFHÖREN', 'ABBESTELLEN', 'STOPPEN', 'AFMELDEN', 'UITSCHRIJVEN', 'ANNULLA', 'CANCELLAMI', 'REZYGNUJĘ', 'WYPISZ', 'KONIEC',
  'СТОП', 'ОТПИСКА', 'ОТПИСАТЬСЯ', 'ОТМЕНА', 'ХВАТИТ', 'ВІДПИСАТИСЯ', 'DUR', 'DURDUR', 'İPTAL', 'BERHENTI', 'HENTI', 'BATAL', 'KELUAR', 'DỪNG', 'NGỪNG', 'HỦY',
  'TIGIL', 'ITIGIL', 'SLUTA', 'LOPETA', 'หยุด', 'ยกเลิก', 'बंद', 'रोकें', 'توقف', 'إيقاف', 'الغاء', 'إلغاء', '配信停止', '解除', 'やめて', '중지', '그만', '수신거부',
]

/** Words that ask to stop even when more follows: "Stop. I have a lawyer." */
export const LEADING_STOPS: readonly string[] = [
  'STOP', 'STOPP', 'STOPALL', 'UNSUBSCRIBE', 'UNSUB', 'OPTOUT', 'REVOKE', 'ARRET', 'ARRETEZ', 'ARRÊTE', 'CESSEZ', 'BASTA', 'ALTO', 'PAREN', 'PARE', 'PAREM',
  'DETENGAN', 'SMETTETE', 'SMETTILA', 'СТОП', 'ХВАТИТ', 'ПРЕКРАТИТЕ', 'ОТСТАНЬТЕ', 'ОТПИШИТЕ', 'ПРИПИНІТЬ', 'BERHENTI', 'HENTIKAN', 'DỪNG', 'NGỪNG', 'ITIGIL', 'SLUTA', 'LOPETA',
  'CEASE', 'DESIST', 'SMETTETELA', 'SMETTI', 'PRZESTAŃ', 'ПЕРЕСТАНЬТЕ', 'ОТВЯЖИТЕСЬ', 'ЗУПИНІТЬ', 'СПРЕТЕ', 'ΣΤΟΠ', 'ΣΤΑΜΑΤΗΣΤΕ', 'PŘESTAŇTE', 'OPRIȚI', 'תפסיקו',
  'DURDURUN', 'REZYGNUJĘ', 'PRZESTAŃCIE', 'WYPISZCIE', 'TD', 'توقف', 'توقفوا',
]

/** Words that ask to stop as the last of a reply as well: "For the last time, stop". */
export const CLOSING_STOPS: readonly string[] = ['STOP', 'STOPP', 'STOPALL', 'UNSUBSCRIBE', 'UNSUB', 'OPTOUT', 'ARRETEZ', 'СТОП']

/** Where the last word asks or tells when something stops, and not that it shall. */
export const NOT_CLOSING: readonly string[] = ['when', 'how', 'why', 'what', 'will/wont/did/does/do/had/has ~ stop', 'may/might stop', 'quand', 'cuando', 'wann', 'когда']

/** Words beside them that change nothing. */
export const POLITE_WORDS: readonly string[] = [
  'PLEASE', 'PLS', 'PLZ', 'NOW', 'KINDLY', 'THANKS', 'THANK', 'YOU', 'THX', 'IMMEDIATELY', 'ALREADY', 'JUST', 'HI', 'HELLO', 'HEY', 'OK', 'OKAY', 'SIR', 'DEAR', 'IT', 'THIS', 'NO', 'YES', 'ALL', 'RE', 'FW', 'FWD', 'REPLY', 'ASAP', 'TODAY', 'FOREVER',
  'POR', 'FAVOR', 'GRACIAS', 'YA', 'HOLA', 'BITTE', 'DANKE', 'SOFORT', 'MERCI', 'SVP', 'S', 'IL', 'SIL', 'VOUS', 'PLAIT', 'BONJOUR', 'OBRIGADO', 'OBRIGADA', 'OLA', 'PER', 'FAVORE', 'GRAZIE',
  'ПОЖАЛУЙСТА', 'TOLONG', 'PROSZĘ', 'LÜTFEN', 'ALSTUBLIEFT', 'AUB', 'DÙM', '请', '請',
]

/** The same words with another meaning: to stop by, cannot stop. */
export const NOT_STOPS: readonly string[] = [
  'stop by/at/in/over/off/here/there', 'cant/cannot/couldnt/dont/didnt/doesnt/wont/never/not/non/nonstop stop/quit', 'no dejen/dejes/pares de', 'reply/text/send stop to/for',
  'end of', 'bus/train/next/first/last stop',
]

const STOP_CONTACT = [
  'stop/quit/cease/discontinue/halt/end ~ text* ', 'stop/quit/cease/halt/end ~ call*', 'stop/quit/cease ~ messag*', 'stop/quit/cease ~ email*', 'stop/quit/cease ~ mail*',
  'stop/quit/cease ~ sms', 'stop/quit ~ writ*', 'stop/quit ~ ring*/phon*', 'stop/quit ~ spam*', 'stop/quit/cease ~ harass*', 'stop/quit ~ bother*/bugg*/disturb*/annoy*', 'stop/quit/cease ~ send*',
  'stop/quit ~ remind*', 'stop/quit ~ notif*',
  'make/want/need/like/must ~ texts/calls/messages/emails/this/it to? stop/end',
  'do not/never ever? call/text/message/msg/email/mail/write/phone/ring/bother/disturb/sms/harass', 'dont ever? call/text/message/msg/email/mail/write/phone/ring/bother/disturb/sms/harass',
  'no need to call/text/message', 'do not/never send me/us/any/these/more/anything/texts/messages/sms/emails', 'dont send me/us/any/these/more/anything/texts/messages/sms/emails',
  'no more/further texts/text/messages/message/calls/call/emails/sms/reminders/spam', 'not/dont ~ receive/get/want ~ texts/text/messages/message/calls/emails/sms',
  'never ever? call/text/message/msg/email/phone/ring/write/bother/disturb me/us/this/here/again', 'never send me/us/any/these/more/anything/texts/messages', 'dont/not/never ever? spam/bug/pester/harass me/us',
  'no longer wish/want to receive/get/hear', 'dont/not/never wish/want to receive/get/hear', 'no longer wish/want to be called/texted/messaged', 'dont/not wish/want to be called/texted/messaged/bothered',
  'no longer wish/want ~ texts/text/messages/calls/emails/sms/reminders', 'no more of this/these/it', 'cancel/end/halt/discontinue ~ text/texts/texting/messages/messaging/sms/subscription/notifications/alerts/reminders',
  'turn/switch off ~ texts/text/messages/notifications/alerts/reminders/these/this/them', 'turn/switch these/this/them off', 'get/keep me/us off', 'wanna/want off ~ list', 'remove/delete/erase ~ number/data/info/information/details',
  'consent withdrawn/revoked', 'dont/not have ~ consent/permission', 'no consent/permission', 'remove/take/delete/drop me', 'remove/delete/erase/lose/forget my/this phone? number/num/no/name/details',
  'take my number off', 'unsubscribe', 'unsub', 'opt me? out', 'opting out', 'opted out', 'optout', 'revoke/withdraw/withdrew ~ consent', 'revoke ~ permission', 'i do not/dont/never consent', 'dont consent',
  'fuck/piss/bugger/buzz off', 'go away', 'get lost', 'leave us/me be', 'enough texts/calls/messages',
]

/** Everything, not only here. */
const STOP_ALL = [
  'stop/quit/cease/end ~ contact*', 'stop/cease/end ~ communicat*', 'stop everything', 'cease and? desist', 'never ever? contact', 'no longer wish/want to be contacted', 'dont/not wish/want to be contacted', 'dont/not want ~ contact', 'do not/never ever? contact', 'dont ever? contact', 'no more/further contact/communication*', 'leave me/us alone',
  'do not/never communicate', 'not/no longer be contacted',
]

interface Phrases { here: readonly string[]; everything?: readonly string[] }

/** By language, of those written with spaces between words. */
export const STOP_PHRASES: Readonly<Record<string, Phrases>> = {
  en: { here: STOP_CONTACT, everything: STOP_ALL },
  es: {
    here: [
      'no me/nos escrib*', 'no me/nos llam*', 'no me/nos envi*/envíe*', 'no me/nos mand*', 'no me/nos molest*', 'no escriban/llamen/molesten/envien/manden', 'deje/dejen/deja/dejad de ~ escrib*/llam*/mand*/envi*/molest*/acos*/joder',
      'no quiero ~ mensaje*/llamada*/sms/texto*/correo*', 'no quiero recibir', 'no deseo recibir', 'no mas mensaje*/llamada*/sms/texto*/correo*', 'ya no me? escrib*/llam*/mand*', 'dar/darme/denme/deme/dame/darse de baja', 'de baja por favor',
      'borr*/quit*/elimin*/saqu* mi numero/telefono/nombre', 'dejar de ~ recibir', 'den/dar/demos ~ baja', 'cancelar ~ mensajes/sms/textos', 'revoco/retiro ~ consentimiento', 'no molest*', 'saquenme/saqueme/quitenme/quiteme/borrenme/eliminenme', 'cancelar ~ suscripcion', 'paren/pare/parad de', 'alto a los mensajes',
    ],
    everything: ['no me/nos contact*', 'no contactar', 'deje/dejen de ~ contact*', 'no se comuniquen', 'dejenme/dejeme en paz', 'no quiero ser contactad*'],
  },
  fr: {
    here: [
      'ne me/nous ecri*/appel*/telephon*/derang*/envoy*/harcel*/rappel*/relanc* plus/pas/jamais', 'ne mécri*/mappel*/menvoy* plus/pas/jamais', 'ne plus mécrire/mappeler/menvoyer/me', 'arretez/arreter/arrete/cessez de/vos/ces/les', 'arretez/cessez',
      'plus de/aucun sms/message*/appel*/mail*/relance*', 'désabonn*', 'désinscri*', 'supprim*/retir*/effac*/enlev* mon numero', 'revoque/retire ~ consentement', 'supprimez/retirez moi', 'je ne veux/souhaite plus',
    ],
    everything: ['ne me/nous contact* plus/pas/jamais', 'ne plus me contacter', 'ne plus être contacté*', 'cessez/arretez ~ contact*', 'laissez/laisse/fichez/foutez moi tranquille/la'],
  },
  de: {
    here: [
      'nicht mehr an*/schreib*/meld*/belästig*/send*/schick*/texten/simsen/an', 'schreib*/ruf*/meld*/belästig*/send*/schick* sie? mir/mich/uns ~ nicht', 'schreib*/ruf*/send*/schick* nicht ~ mehr/an', 'keine weiteren/mehr sms/anruf*/nachricht*/mail*/mahnung*',
      'keine sms/anrufe/nachrichten/mails ~ mehr', 'keine sms/anrufe/nachrichten/mails', 'hör*/hoer* sie? bitte? ~ auf', 'damit aufhören', 'aufhören', 'abmelden/austragen/abbestellen', 'lösch*/loesch*/streich* sie? ~ nummer', 'nummer löschen', 'widerruf* ~ einwilligung', 'nimm/nehmen sie? mich ~ liste', 'unterlassen sie',
    ],
    everything: ['nicht mehr kontakt*', 'kontaktier* sie? mich/uns ~ nicht', 'kein kontakt mehr', 'keinen kontakt mehr', 'lass*/lasst sie? mich/uns ~ ruhe'],
  },
  pt: {
    here: [
      'nao me/nos? envi*/mand*/lig*/escrev*/perturb*/incomod*', 'nao envi*/mand*/lig*/escrev*/perturb* mais', 'parar de ~ enviar/mandar/ligar/escrever', 'chega de mensagem', 'pare/parem/para de ~ enviar/mandar/ligar/escrever/perturbar/encher/incomodar/me', 'nao quero ~ receber/mensage*/ligac*/sms', 'chega de mensagens/ligacoes',
      'me tire*/remov*/retire*/exclua*', 'tire*/remov*/retire*/apague*/exclua* ~ meu numero', 'descadastr*', 'cancelar ~ inscricao/mensagens', 'nao desejo ~ receber',
    ],
    everything: ['nao me/nos contat*/contact*', 'nao entre* ~ em contato', 'me deix* em paz'],
  },
  it: {
    here: ['non scrivetem*/mandatem*/chiamatem*/inviatem*', 'non mi/ci scriv*/chiam*/telefon*/mand*/invi*/disturb*', 'non scriv*/chiam*/telefon* piu', 'smett* di', 'basta messaggi/chiamate/sms', 'cancell*/togliet*/eliminat* il mio numero', 'toglietemi/cancellatemi', 'disiscri*', 'non voglio ~ ricevere/messaggi/chiamate/sms'],
    everything: ['non mi/ci contatt*', 'lasciatemi in pace'],
  },
  nl: {
    here: ['niet meer bellen/sms*/berichten/appen/mailen/schrijven/sturen', 'bel/sms/mail/app/stuur me/mij ~ niet', 'stop met', 'geen berichten/sms/telefoontjes/mails ~ meer', 'afmelden/uitschrijven', 'verwijder mijn nummer'],
    everything: ['niet meer contact*', 'contacteer me/mij niet', 'neem geen contact', 'laat me/mij met rust'],
  },
  pl: {
    here: ['nie pisz*/dzwon*/wysyłaj*/przysyłaj*/smsuj*', 'proszę/prosze przestać/nie', 'przestan*/przestańcie pisać/dzwonić/wysyłać', 'wypisz*/usun* mnie/moj', 'usunięcie ~ numeru', 'nie życzę sobie', 'nie chce ~ wiadomosci/smsow/telefonow'],
    everything: ['nie kontaktuj*', 'dajcie mi spokoj'],
  },
  ru: {
    here: ['не пиш*/звон*/беспок*/присыл*/шлит*/отправляй*/названива*', 'больше не пиш*/звон*/беспок*/присыл*', 'хватит/прекратите/перестаньте ~ писать/звонить/слать/присылать', 'отпишите меня', 'отписаться', 'удалите/уберите мой/мои номер/данные', 'не хочу ~ получать'],
    everything: ['не связывайтесь', 'оставьте меня в покое', 'отстаньте'],
  },
  uk: { here: ['не пишіть/телефонуйте/дзвоніть/турбуйте/надсилайте', 'припиніть ~ писати/дзвонити/телефонувати', 'видаліть мій номер', 'відпишіть мене'], everything: ["не зв'язуйтеся", 'дайте мені спокій'] },
  tr: { here: ['beni ~ aramayin', 'aramayın', 'mesaj* ~ atmayın/göndermeyin/istemiyorum', 'sms ~ atmayın/göndermeyin/istemiyorum', 'mesaj almak istemiyorum', 'rahatsız etmeyin', 'numaramı silin'], everything: ['iletişime geçmeyin', 'beni rahat bırakın'] },
  id: { here: ['jangan ~ telepon/telpon/sms/kirim/ganggu/chat/wa/tagih', 'berhenti ~ menelepon/mengirim/sms/mengganggu', 'stop ~ kirim/telepon/ganggu', 'hapus nomor'], everything: ['jangan ~ hubungi/kontak'] },
  ms: { here: ['jangan ~ call/mesej/telefon/hantar/kacau', 'berhenti ~ hantar/telefon/mesej', 'padam nombor'], everything: ['jangan ~ hubungi'] },
  vi: { here: ['đừng ~ gọi/nhắn/gửi/làm', 'không ~ gọi/nhắn/gửi nữa', 'ngừng/dừng ~ gọi/nhắn/gửi', 'hủy đăng ký', 'từ chối nhận', 'thôi gọi/nhắn'], everything: ['đừng/ngừng ~ liên'] },
  tl: { here: ['huwag/wag na/nang/kayong/kayo ~ tumawag/magtext/mag/itext/tawagan', 'tigilan nyo/ninyo/mo', 'itigil ~ text/tawag', 'tama na'], everything: ['huwag/wag ~ kontakin/contact'] },
  hi: { here: ['call mat karo/karna/kijiye', 'message mat karo/bhejo/karna', 'mat bhejo', 'band karo/kijiye/kar'], everything: ['pareshan mat'] },
  ar: { here: ['لا تتصل*', 'لا ترسل*', 'لا تراسل*', 'أوقفوا/اوقفوا', 'إلغاء الاشتراك', 'لا أريد رسائل'], everything: ['لا تتواصل*', 'اتركوني وشأني'] },
  sv: { here: ['ring/sms*/mejla/messa mig ~ inte', 'sluta ~ ringa/skicka/sms*', 'inga fler sms/samtal', 'skicka inga fler'], everything: ['kontakta mig ~ inte', 'lämna mig ifred'] },
  fi: { here: ['älkää/älä soit*/lähet*', 'lopettakaa', 'poista numero*'], everything: ['älkää/älä ottako/ota yhteyttä'] },
}

/** Matched anywhere, with or without spaces. */
export const STOP_FRAGMENTS: Readonly<Record<string, Phrases>> = {
  zh: {
    here: [
      '退订', '取消订阅', '拒收', '拒绝接收', '不接收', '别再发', '别再打', '别再给我', '别给我发', '别给我打', '别发', '别打', '不要再发', '不要再打', '不要再给', '不要再催', '不要给我发', '不要给我打', '不要发', '不要打', '不用再发', '不用再打',
      '别再催', '别再烦', '别烦我', '停止发送', '停止发短信', '停止发信', '停止发消息', '不要收短信', '不要收信息', '不用发了', '号码删', '停止短信', '停止催收', '停止骚扰', '停止拨打', '停止给我', '不想再收', '不想收到', '不想再接', '不再接收', '请勿发', '请勿再', '请勿打', '请勿骚扰', '请勿拨打', '勿扰', '不要骚扰', '别骚扰', '删除我的号码', '删掉我的号码', '把我删', '撤回同意', '不同意接收',
      '退訂', '取消訂閱', '拒絕接收', '別再發', '別再打', '別再傳', '別再給我', '別給我', '別發', '別打', '別傳', '不要再發', '不要再傳', '不要再給', '不要發', '不要傳', '不要給我', '停止發送', '停止簡訊', '停止催收', '停止騷擾', '停止撥打', '請勿', '別煩我', '不要騷擾', '別騷擾', '刪除我的號碼', '撤回同意', '唔好再', '唔好打', '唔好send', '唔好煩', '唔該停',
    ],
    everything: ['别再联系', '不要再联系', '不要联系', '别联系', '停止联系', '请勿联系', '停止一切联系', '別再聯絡', '別再聯繫', '不要再聯絡', '不要再聯繫', '不要聯絡', '不要聯繫', '停止聯絡', '停止聯繫', '請勿聯絡', '請勿聯繫'],
  },
  ja: { here: ['配信停止', '送ってこないで', '送らないで', '送信しないで', '電話しないで', '電話してこないで', 'かけてこないで', 'やめてください', 'やめて下さい', '止めてください', '止めて下さい', 'もう結構', '受信拒否', '登録解除', '解除して'], everything: ['連絡しないで', '連絡してこないで', '連絡をやめ', '連絡は不要'] },
  ko: { here: ['수신거부', '보내지마', '보내지말', '전화하지마', '전화하지말', '문자하지마', '문자하지말', '그만보내', '문자그만', '번호삭제', '그만하세요', '그만해', '중지해', '차단해'], everything: ['연락하지마', '연락하지말', '연락그만'] },
  th: { here: ['อย่าส่ง', 'อย่าโทร', 'เลิกส่ง', 'เลิกโทร', 'หยุดส่ง', 'หยุดโทร', 'ไม่ต้องส่ง', 'ไม่ต้องโทร', 'ยกเลิกการรับ'], everything: ['อย่าติดต่อ', 'ห้ามติดต่อ', 'หยุดติดต่อ'] },
  hi: { here: ['मत भेजो', 'मत भेजिए', 'मत भेजें', 'कॉल मत', 'फोन मत', 'मैसेज मत', 'बंद करो', 'बंद करें', 'बंद कीजिए', 'मैसेज बंद'], everything: ['संपर्क मत', 'संपर्क न करें'] },
}

/** A wish about some time or place only: an agent reads it, since it may be more or less than an opt-out. */
export const ONLY_SOMETIMES: readonly string[] = [
  'call/text/contact/message/phone/email/ring/write/bother me? ~ before/until/till/during/between/while/unless/today/tomorrow/tonight', 'at work', 'at my work/job/office/workplace', 'in the morning/evening/afternoon', 'at night', 'on weekends/sundays/sunday/saturday/saturdays',
  'hasta', 'antes de/das', 'en el trabajo', 'au travail', 'avant', 'auf der arbeit', 'vor',
]

/** Ask to resume messages. `YES` does so only where the provider reports it, since it answers much else. */
export const START_WORDS: readonly string[] = [
  'START', 'UNSTOP', 'RESUBSCRIBE', 'SUBSCRIBE', 'OPTIN', 'RESTART', 'RESUME', '恢复', '恢復', '恢复订阅', '恢復訂閱', '重新订阅', '重新訂閱', '订阅', '訂閱',
  'INICIAR', 'INICIO', 'REANUDAR', 'ALTA', 'SUSCRIBIR', 'COMEÇAR', 'DÉMARRER', 'REPRENDRE', 'СТАРТ', 'ANMELDEN', 'MULAI', 'BAŞLAT',
]
/** The provider answers these itself. */
export const HELP_WORDS: readonly string[] = ['HELP', 'INFO', 'AYUDA', 'AIDE', 'HILFE', 'AJUDA', 'AIUTO', '帮助', '幫助', 'ПОМОЩЬ', 'BANTUAN', 'YARDIM']

export const REPLY_HINTS = ['attorney', 'bankruptcy', 'deceased', 'wrong-person', 'identity-fraud', 'dispute', 'distress'] as const
/** What a reply seems to be about, for the agent who reads it; nothing acts on it. */
export type ReplyHint = (typeof REPLY_HINTS)[number]

export const HINT_PHRASES: Readonly<Record<ReplyHint, readonly string[]>> = {
  'attorney': ['lawyer*', 'attorney*', 'solicitor*', 'legal counsel', 'abogad*', 'avocat*', 'anwalt*', 'rechtsanwalt*', 'advogad*', 'avvocat*', 'advocaat', 'adwokat*', 'адвокат*', 'юрист*', 'avukat*', 'pengacara'],
  'bankruptcy': ['bankrupt*', 'chapter 7/11/13', 'insolven*', 'bancarrota', 'quiebra', 'faillite', 'surendettement', 'privatinsolvenz', 'falencia', 'fallimento', 'банкрот*'],
  'deceased': ['died', 'deceased', 'passed away', 'is dead', 'funeral', 'murio', 'fallecio', 'fallecid*', 'decede*', 'mort/morte', 'verstorben', 'gestorben', 'faleceu', 'morreu', 'умер*', 'meninggal'],
  'wrong-person': ['wrong number/person', 'not my debt', 'dont know ~ person/name', 'numero equivocado', 'mauvais numero', 'falsche nummer', 'numero errado', 'numero sbagliato', 'не тот номер'],
  'identity-fraud': ['identity theft/stolen/fraud', 'stole my identity', 'never borrowed/applied', 'fraud', 'robo de identidad', 'fraude', 'usurpation', 'betrug'],
  'dispute': ['dispute*', 'not mine', 'already paid', 'i paid', 'do not/never owe*', 'dont owe', 'ya pague', 'deja paye', 'schon bezahlt', 'bereits bezahlt', 'ja paguei', 'gia pagato', 'уже оплат*'],
  'distress': ['suicid*', 'kill myself', 'want to die', 'end my life', 'quiero morir', 'matarme', 'me suicider', 'umbringen'],
}
export const HINT_FRAGMENTS: Readonly<Record<ReplyHint, readonly string[]>> = {
  'attorney': ['律师', '律師', '弁護士', '변호사'], 'bankruptcy': ['破产', '破產', '自己破産', '파산'], 'deceased': ['去世', '死亡', '过世', '過世', '亡くな', '사망'],
  'wrong-person': ['打错', '打錯', '发错', '發錯', '不是本人', '不认识', '不認識', '人違い'], 'identity-fraud': ['冒名', '冒用', '盗用', '盜用', '诈骗', '詐騙'],
  'dispute': ['已还', '已還', '还清', '還清', '没有借', '沒有借', '不欠'], 'distress': ['自杀', '自殺', '不想活', '想死'],
}
