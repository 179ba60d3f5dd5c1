/**
 * Whom the genitive behind a German noun of doing names: `Prüfung der Maschinen` is done to the machines,
 * `Prüfung der Handwerkskammer` by the chamber. Grammar does not tell, so the words must.
 */
import type { Item } from './items.ts'

/** Doings that one receives as well as gives: only what is known to receive them counts as their object. */
const receivable = new Set(
  `prüfen schulen beraten bewerten kontrollieren überprüfen fördern unterstützen betreuen ausbilden empfehlen befragen
  besuchen einladen beliefern liefern versorgen behandeln vertreten
  verteidigen einstellen befördern trainieren unterrichten bewilligen genehmigen beobachten bewachen vermitteln informieren
  helfen aushelfen mithelfen assistieren zuarbeiten zahlen beauftragen vorstellen erklären begrüßen verabschieden`.split(
    /\s+/,
  ),
)
/** Of these people are givers as often as receivers: `Bewertung der Kunden`. */
const givenByAnyone = new Set(
  'bewerten empfehlen besuchen einladen liefern einstellen zahlen bewilligen genehmigen vorstellen erklären'.split(
    ' ',
  ),
)
/** Of these nobody named behind them is the doer. */
const leading = new Set(
  'leiten führen verantworten gründen aufbauen ausbauen steuern managen koordinieren anleiten einarbeiten einweisen'.split(
    ' ',
  ),
)

const served =
  /(?:kund(?:en|innen)|mitarbeiter(?:s|n|in|innen)?|mitarbeitenden?|beschäftigten|angestellten|arbeitskräften?|aushilfen|helfern?|patient(?:en|in|innen)|bewohner(?:s|n|in|innen)?|schüler(?:s|n|in|innen)?|kindern?|kindes|jugendlichen|erwachsenen|azubis?|auszubildenden?|lehrlingen?|lehrlings|praktikant(?:en|in|innen)|studierenden|student(?:en|in|innen)|teilnehmer(?:n|innen)?|teilnehmenden|gästen?|mandant(?:en|innen)|klient(?:en|innen)|senior(?:en|innen)|besucher(?:n|innen)?|pflegebedürftigen|personals|fachkräften?|pflegekräften?|anwender(?:n|innen)?|nutzer(?:n|innen)?|endanwendern?|personen|menschen|familien|bürger(?:n|innen)?|geflüchteten|flüchtlingen?|ehrenamtlichen|freiwilligen|gruppen|klassen|anfängern?)$/
const things =
  /(?:ungen|heiten|keiten|ionen|anlagen?|maschinen?|geräte[ns]?|daten|systeme[ns]?|prozesse[ns]?|projekt(?:e|en|s|es)|produkte?n?|verträgen?|unterlagen|dokumenten?|belegen?|konten|beständen?|bestands|waren|ware|lebensmitteln?|fahrzeuge[ns]?|staplern?|räumen?|zimmern?|werkzeugen?|instrumenten?|nähten?|bauteilen?|ersatzteilen?|anträgen?|akten|texten?|servern?|netzwerke[ns]?|netzwerks|software|qualität|einhaltung|arbeitssicherheit|temperatur(?:en)?|werten?|ergebnissen?|berichten?|zahlen|angeboten?|küche|website|webseite|kanälen?|kanals|wunden|medikamenten?|vitalzeichen|messen|events|kampagnen|objekten?|gebäude[ns]?|pflanzen|tieren?|hunden?|pferden?|baustellen?|abläufen?|wareneingangs?|warenausgangs?|datenbank(?:en)?|codes|anwendung|app|onlineshops?|technik|heizung(?:en)?|kennzahlen|budgets?|fristen|terminen?|bestellungen|zutaten|speisen|steuererklärungen|bilanz(?:en)?)$/
const institutions =
  /(?:firm(?:a|en)|unternehmens?|konzerns?|(?<!daten|werk|dreh)bank(?:en)?|kammer|stadt|städte|gemeinde|kreises|landes|staates|behörden?|amte?s|ämter|ministeriums?|polizei|feuerwehr|universität(?:en)?|fakultät(?:en)?|hochschulen?|schule|klinik(?:en)?|krankenhauses|agentur(?:en)?|stiftung(?:en)?|krankenkassen?|versicherung(?:en)?|(?:^|projekt|geschäfts|betriebs|abteilungs|team|filial|küchen|haus|werks|schul|pflege|heim|stations|markt|bereichs|vertriebs)leitung(?:en)?|(?:^|geschäfts|betriebs)führung|abteilung(?:en)?|zentrale|verwaltung(?:en)?|regierung(?:en)?|einrichtung(?:en)?|institution(?:en)?|organisation(?:en)?|kommission(?:en)?|kirche|vereins?|verbande?s|vorstande?s|(?<!appa)rate?s|kolleg(?:e|en|in|innen)|vorgesetzten?|chefs?|chefin|leiters?|leiterin|familie|eltern|partners?|herstellers?|anbieters?|betriebe?s|instituts|gewerkschaft|presse|jury|teams?|direktors?|direktion|inhabers?|inhaberin|trainers?|ausbilders?|beraters?|prüfers?|architekten|ingenieure?n?|experten|dozent(?:en|in)|lehrers?|lehrerin|arzte?s|ärzten?|ärztin)$/

/** Whether what follows a noun of doing is what was done to, and not who may have done it. */
export function isDoneTo(lemma: string, behind: readonly Item[]): boolean {
  const head = behind.find((item) => item.kind === 'word' && /^\p{Lu}/u.test(item.text))
  // `Unterstützung der Kollegen bei …` is given.
  if (lemma === 'unterstützen' && behind.some((item) => item.key === 'bei')) return true
  // Of a verb that no list has it is not known who may do it to whom.
  const isUnlisted = lemma.startsWith('~')
  const isReceivable = isUnlisted || receivable.has(lemma)
  if (!head) return !isReceivable
  if (leading.has(lemma)) return true
  // `Schulung des TÜV`: who is named by capitals alone.
  if (/^\p{Lu}{2,}$/u.test(head.text) && isReceivable) return false
  if (institutions.test(head.key)) return false
  if (!isReceivable) return true
  return (
    things.test(head.key) || (served.test(head.key) && !isUnlisted && !givenByAnyone.has(lemma))
  )
}
