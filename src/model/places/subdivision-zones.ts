/**
 * Zones of states and provinces (ISO 3166-2) in countries that have several.
 *
 * Every zone that any part of the subdivision keeps, so that a border county is never
 * missed. Source: tz database 2025b (2026f knows no other zones), zone1970.tab comments and the `northamerica`,
 * `southamerica`, `australasia`, `asia` files (public domain); for the United States
 * also 49 CFR 71. A subdivision that is not listed has its country's full set.
 */
/**
 * Kenora, Dryden and Fort Frances: the database gives them America/Winnipeg, but Manitoba's law of 2026-09-17 (UTC−5 for
 * good) is not Ontario's, whose Time Act still has Central Time with summer time there. Rankin Inlet keeps just that.
 */
const WESTERN_ONTARIO = 'America/Rankin_Inlet'
const NEW_YORK = ['America/New_York']
const CHICAGO = ['America/Chicago']
const DENVER = ['America/Denver']
const LOS_ANGELES = ['America/Los_Angeles']
const SAO_PAULO = ['America/Sao_Paulo']
const MEXICO_CITY = ['America/Mexico_City']
const JAKARTA = ['Asia/Jakarta']
const MAKASSAR = ['Asia/Makassar']
const JAYAPURA = ['Asia/Jayapura']

export const SUBDIVISION_ZONES: Readonly<Record<string, readonly string[]>> = {
  'US-AL': CHICAGO, 'US-AK': ['America/Anchorage', 'America/Juneau', 'America/Sitka', 'America/Metlakatla', 'America/Yakutat', 'America/Nome', 'America/Adak'],
  'US-AZ': ['America/Phoenix', 'America/Denver'], 'US-AR': CHICAGO, 'US-CA': LOS_ANGELES, 'US-CO': DENVER, 'US-CT': NEW_YORK, 'US-DE': NEW_YORK,
  'US-DC': NEW_YORK, 'US-FL': ['America/New_York', 'America/Chicago'], 'US-GA': NEW_YORK, 'US-HI': ['Pacific/Honolulu'],
  'US-ID': ['America/Boise', 'America/Los_Angeles'], 'US-IL': CHICAGO,
  'US-IN': ['America/Indiana/Indianapolis', 'America/Indiana/Vincennes', 'America/Indiana/Winamac', 'America/Indiana/Marengo', 'America/Indiana/Petersburg',
    'America/Indiana/Vevay', 'America/Indiana/Tell_City', 'America/Indiana/Knox', 'America/Chicago'],
  'US-IA': CHICAGO, 'US-KS': ['America/Chicago', 'America/Denver'],
  'US-KY': ['America/New_York', 'America/Kentucky/Louisville', 'America/Kentucky/Monticello', 'America/Chicago'],
  'US-LA': CHICAGO, 'US-ME': NEW_YORK, 'US-MD': NEW_YORK, 'US-MA': NEW_YORK, 'US-MI': ['America/Detroit', 'America/Menominee'],
  'US-MN': CHICAGO, 'US-MS': CHICAGO, 'US-MO': CHICAGO, 'US-MT': DENVER, 'US-NE': ['America/Chicago', 'America/Denver'],
  'US-NV': ['America/Los_Angeles', 'America/Denver'], 'US-NH': NEW_YORK, 'US-NJ': NEW_YORK, 'US-NM': DENVER, 'US-NY': NEW_YORK, 'US-NC': NEW_YORK,
  'US-ND': ['America/Chicago', 'America/North_Dakota/Center', 'America/North_Dakota/New_Salem', 'America/North_Dakota/Beulah', 'America/Denver'],
  'US-OH': NEW_YORK, 'US-OK': CHICAGO, 'US-OR': ['America/Los_Angeles', 'America/Boise'], 'US-PA': NEW_YORK, 'US-RI': NEW_YORK, 'US-SC': NEW_YORK,
  'US-SD': ['America/Chicago', 'America/Denver'], 'US-TN': ['America/Chicago', 'America/New_York'], 'US-TX': ['America/Chicago', 'America/Denver'],
  'US-UT': DENVER, 'US-VT': NEW_YORK, 'US-VA': NEW_YORK, 'US-WA': LOS_ANGELES, 'US-WV': NEW_YORK, 'US-WI': CHICAGO, 'US-WY': DENVER,

  'CA-AB': ['America/Edmonton'], 'CA-BC': ['America/Vancouver', 'America/Dawson_Creek', 'America/Fort_Nelson', 'America/Creston', 'America/Edmonton'],
  'CA-MB': ['America/Winnipeg'], 'CA-NB': ['America/Moncton'], 'CA-NL': ['America/St_Johns', 'America/Goose_Bay'], 'CA-NS': ['America/Halifax', 'America/Glace_Bay'],
  'CA-NT': ['America/Inuvik', 'America/Edmonton'], 'CA-NU': ['America/Iqaluit', 'America/Rankin_Inlet', 'America/Resolute', 'America/Cambridge_Bay'],
  'CA-ON': ['America/Toronto', 'America/Winnipeg', WESTERN_ONTARIO, 'America/Atikokan'], 'CA-PE': ['America/Halifax'], 'CA-QC': ['America/Toronto', 'America/Blanc-Sablon', 'America/Halifax'],
  'CA-SK': ['America/Regina', 'America/Swift_Current', 'America/Edmonton'], 'CA-YT': ['America/Whitehorse', 'America/Dawson'],

  'AU-ACT': ['Australia/Sydney'], 'AU-NSW': ['Australia/Sydney', 'Australia/Broken_Hill', 'Australia/Lord_Howe'], 'AU-NT': ['Australia/Darwin'],
  'AU-QLD': ['Australia/Brisbane', 'Australia/Lindeman'], 'AU-SA': ['Australia/Adelaide', 'Australia/Eucla'], 'AU-TAS': ['Australia/Hobart', 'Antarctica/Macquarie'],
  'AU-VIC': ['Australia/Melbourne'], 'AU-WA': ['Australia/Perth', 'Australia/Eucla'],

  'BR-AC': ['America/Rio_Branco'], 'BR-AL': ['America/Maceio'], 'BR-AP': ['America/Belem'], 'BR-AM': ['America/Manaus', 'America/Eirunepe'],
  'BR-BA': ['America/Bahia'], 'BR-CE': ['America/Fortaleza'], 'BR-DF': SAO_PAULO, 'BR-ES': SAO_PAULO, 'BR-GO': SAO_PAULO, 'BR-MA': ['America/Fortaleza'],
  'BR-MT': ['America/Cuiaba'], 'BR-MS': ['America/Campo_Grande'], 'BR-MG': SAO_PAULO, 'BR-PA': ['America/Belem', 'America/Santarem'], 'BR-PB': ['America/Fortaleza'],
  'BR-PR': SAO_PAULO, 'BR-PE': ['America/Recife', 'America/Noronha'], 'BR-PI': ['America/Fortaleza'], 'BR-RJ': SAO_PAULO, 'BR-RN': ['America/Fortaleza'],
  'BR-RS': SAO_PAULO, 'BR-RO': ['America/Porto_Velho'], 'BR-RR': ['America/Boa_Vista'], 'BR-SC': SAO_PAULO, 'BR-SP': SAO_PAULO, 'BR-SE': ['America/Maceio'],
  'BR-TO': ['America/Araguaina'],

  'MX-AGU': MEXICO_CITY, 'MX-BCN': ['America/Tijuana'], 'MX-BCS': ['America/Mazatlan'], 'MX-CAM': ['America/Merida'],
  'MX-CHH': ['America/Chihuahua', 'America/Ciudad_Juarez', 'America/Ojinaga'], 'MX-CHP': MEXICO_CITY, 'MX-CMX': MEXICO_CITY,
  'MX-COA': ['America/Monterrey', 'America/Matamoros'], 'MX-COL': MEXICO_CITY, 'MX-DUR': ['America/Monterrey'], 'MX-GRO': MEXICO_CITY, 'MX-GUA': MEXICO_CITY,
  'MX-HID': MEXICO_CITY, 'MX-JAL': MEXICO_CITY, 'MX-MEX': MEXICO_CITY, 'MX-MIC': MEXICO_CITY, 'MX-MOR': MEXICO_CITY,
  'MX-NAY': ['America/Mazatlan', 'America/Bahia_Banderas'], 'MX-NLE': ['America/Monterrey', 'America/Matamoros'], 'MX-OAX': MEXICO_CITY, 'MX-PUE': MEXICO_CITY,
  'MX-QUE': MEXICO_CITY, 'MX-ROO': ['America/Cancun'], 'MX-SIN': ['America/Mazatlan'], 'MX-SLP': MEXICO_CITY, 'MX-SON': ['America/Hermosillo'], 'MX-TAB': MEXICO_CITY,
  'MX-TAM': ['America/Monterrey', 'America/Matamoros'], 'MX-TLA': MEXICO_CITY, 'MX-VER': MEXICO_CITY, 'MX-YUC': ['America/Merida'], 'MX-ZAC': MEXICO_CITY,

  'ID-AC': JAKARTA, 'ID-SU': JAKARTA, 'ID-SB': JAKARTA, 'ID-RI': JAKARTA, 'ID-JA': JAKARTA, 'ID-SS': JAKARTA, 'ID-BE': JAKARTA, 'ID-LA': JAKARTA,
  'ID-BB': JAKARTA, 'ID-KR': JAKARTA, 'ID-JK': JAKARTA, 'ID-JB': JAKARTA, 'ID-JT': JAKARTA, 'ID-YO': JAKARTA, 'ID-JI': JAKARTA, 'ID-BT': JAKARTA,
  'ID-KB': ['Asia/Pontianak'], 'ID-KT': ['Asia/Pontianak'], 'ID-KS': MAKASSAR, 'ID-KI': MAKASSAR, 'ID-KU': MAKASSAR, 'ID-BA': MAKASSAR, 'ID-NB': MAKASSAR,
  'ID-NT': MAKASSAR, 'ID-SA': MAKASSAR, 'ID-ST': MAKASSAR, 'ID-SN': MAKASSAR, 'ID-SG': MAKASSAR, 'ID-GO': MAKASSAR, 'ID-SR': MAKASSAR,
  'ID-MA': JAYAPURA, 'ID-MU': JAYAPURA, 'ID-PA': JAYAPURA, 'ID-PB': JAYAPURA, 'ID-PD': JAYAPURA, 'ID-PE': JAYAPURA, 'ID-PS': JAYAPURA, 'ID-PT': JAYAPURA,

  'CL-MA': ['America/Punta_Arenas'], 'CL-AI': ['America/Coyhaique'], 'CL-VS': ['America/Santiago', 'Pacific/Easter'],
}
