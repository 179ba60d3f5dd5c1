/**
 * German verbs of resumes, by how much they claim, chosen as the English ones. A row is
 * `infinitive[:preterite:participle][=noun of the doing]`; `|` stands behind a separable prefix.
 */

/** 1 lends a hand, 2 takes part, 3 does it, 4 leads it. */
export const germanVerbs: Readonly<Record<1 | 2 | 3 | 4, string>> = {
  1: `helfen:half:geholfen=hilfe mit|helfen:half:geholfen=mithilfe unterstützen:unterstützte:unterstützt=unterstützung assistieren=assistenz teil|nehmen:nahm:genommen=teilnahme begleiten=begleitung
    zu|arbeiten:arbeitete:gearbeitet=zuarbeit lernen aus|helfen:half:geholfen=aushilfe studieren`,
  2: `mit|arbeiten:arbeitete:gearbeitet=mitarbeit mit|wirken=mitwirkung bei|tragen:trug:getragen beteiligen=beteiligung arbeiten:arbeitete:gearbeitet=arbeit
    zusammen|arbeiten:arbeitete:gearbeitet=zusammenarbeit kooperieren versuchen`,
  3: `entwickeln=entwicklung erstellen=erstellung betreuen=betreuung durch|führen=durchführung ein|führen=einführung um|setzen=umsetzung auf|bauen=aufbau aus|bauen=ausbau
    optimieren=optimierung verbessern=verbesserung reduzieren=reduzierung senken=senkung steigern=steigerung erhöhen=erhöhung verwalten=verwaltung
    organisieren=organisation koordinieren=koordination beraten:beriet:beraten=beratung schulen=schulung bearbeiten:bearbeitete:bearbeitet=bearbeitung analysieren=analyse konzipieren=konzeption
    implementieren=implementierung programmieren=programmierung automatisieren=automatisierung planen=planung testen:testete:getestet=test warten:wartete:gewartet=wartung pflegen=pflege
    dokumentieren=dokumentation erarbeiten:erarbeitete:erarbeitet=erarbeitung verkaufen=verkauf verhandeln=verhandlung vor|bereiten:bereitete:bereitet=vorbereitung nach|bereiten:bereitete:bereitet
    bedienen=bedienung prüfen=prüfung überprüfen=überprüfung überwachen=überwachung kontrollieren=kontrolle installieren=installation konfigurieren=konfiguration
    integrieren=integration migrieren=migration modernisieren=modernisierung gestalten:gestaltete:gestaltet=gestaltung schreiben:schrieb:geschrieben übersetzen=übersetzung
    unterrichten:unterrichtete:unterrichtet=unterricht präsentieren=präsentation moderieren=moderation akquirieren=akquise gewinnen:gewann:gewonnen=gewinnung ein|kaufen=einkauf beschaffen=beschaffung
    bestellen=bestellung kalkulieren=kalkulation ab|rechnen=abrechnung buchen=buchung erfassen=erfassung erzielen erreichen verkürzen=verkürzung beschleunigen=beschleunigung
    vereinfachen=vereinfachung standardisieren=standardisierung etablieren=etablierung aus|werten:wertete:gewertet=auswertung bewerten:bewertete:bewertet=bewertung auf|nehmen:nahm:genommen
    ein|arbeiten:arbeitete:gearbeitet=einarbeitung an|leiten:leitete:geleitet=anleitung aus|bilden:bildete:gebildet=ausbildung zu|bereiten:bereitete:bereitet=zubereitung ab|wickeln=abwicklung aus|liefern=auslieferung disponieren=disposition an|nehmen:nahm:genommen=annahme sortieren=sortierung um|stellen=umstellung ein|weisen:wies:gewiesen=einweisung ab|stimmen=abstimmung entwerfen:entwarf:entworfen=entwurf produzieren=produktion her|stellen=herstellung fertigen=fertigung montieren=montage reparieren=reparatur
    reinigen=reinigung liefern=lieferung transportieren=transport lagern=lagerung verabreichen=verabreichung trainieren versorgen=versorgung behandeln=behandlung pflegen nutzen:nutzte:genutzt=nutzung verwenden:verwendete:verwendet=verwendung ein|setzen=einsatz
    lösen=lösung beheben:behob:behoben=behebung beantworten:beantwortete:beantwortet=beantwortung informieren empfangen recherchieren=recherche veröffentlichen=veröffentlichung sparen ein|sparen=einsparung ermöglichen vermeiden:vermied:vermieden gewährleisten:gewährleistete:gewährleistet=gewährleistung sicher|stellen=sicherstellung
    bauen=bau machen tun:tat:getan sammeln aus|führen=ausführung aktualisieren=aktualisierung definieren=definition refaktorisieren visualisieren skalieren verteilen versenden:versandte:versandt=versand rekrutieren=rekrutierung ein|stellen=einstellung befördern=beförderung erweitern=erweiterung überarbeiten:überarbeitete:überarbeitet=überarbeitung an|passen=anpassung ab|schließen:schloss:geschlossen=abschluss erlangen bestehen:bestand:bestanden
    nach|verfolgen=nachverfolgung ordnen vergeben:vergab:vergeben=vergabe renovieren=renovierung sanieren=sanierung lackieren=lackierung schweißen streichen:strich:gestrichen verpacken=verpackung kommissionieren=kommissionierung
    entladen:entlud:entladen=entladung beladen:belud:beladen=beladung etikettieren=etikettierung protokollieren=protokollierung inventarisieren=inventarisierung restaurieren=restaurierung desinfizieren=desinfektion mahnen
    registrieren=registrierung katalogisieren=katalogisierung terminieren=terminierung redigieren lektorieren fotografieren filmen zeichnen=zeichnung vermessen:vermaß:vermessen=vermessung kalibrieren=kalibrierung bestücken=bestückung
    archivieren=archivierung digitalisieren=digitalisierung halbieren verdoppeln übernehmen:übernahm:übernommen=übernahme kassieren backen:backte:gebacken kochen:kochte:gekocht erledigen=erledigung
    öffnen:öffnete:geöffnet=öffnung zählen=zählung wechseln:wechselte:gewechselt aus|geben:gab:gegeben=ausgabe geben:gab:gegeben sterilisieren=sterilisation verbuchen=verbuchung entgegen|nehmen:nahm:genommen=entgegennahme laden:lud:geladen fahren:fuhr:gefahren
    schneiden:schnitt:geschnitten nähen verlegen=verlegung mauern gießen:goss:gegossen pflanzen bepflanzen=bepflanzung mähen sägen bohren:bohrte:gebohrt fräsen löten:lötete:gelötet verdrahten:verdrahtete:verdrahtet=verdrahtung verkabeln=verkabelung an|schließen:schloss:geschlossen aus|tauschen=austausch ersetzen=ersetzung
    ein|richten:richtete:gerichtet=einrichtung vereinbaren=vereinbarung begrüßen=begrüßung an|kündigen spülen putzen wischen falten:faltete:gefaltet bügeln:bügelte:gebügelt servieren an|richten:richtete:gerichtet ab|räumen ein|räumen auf|füllen=auffüllung nach|bestellen=nachbestellung zusammen|stellen=zusammenstellung zusammen|fassen=zusammenfassung
    vor|stellen=vorstellung vertreten:vertrat:vertreten=vertretung verteidigen=verteidigung messen:maß:gemessen=messung wiegen:wog:gewogen ab|nehmen:nahm:genommen=abnahme impfen=impfung waschen:wusch:gewaschen füttern:fütterte:gefüttert=fütterung melken ernten:erntete:geerntet säen düngen=düngung kopieren ab|legen=ablage sichten:sichtete:gesichtet=sichtung bewilligen=bewilligung
    genehmigen=genehmigung ab|lehnen=ablehnung erteilen=erteilung fest|setzen=festsetzung berechnen:berechnete:berechnet=berechnung überweisen:überwies:überwiesen=überweisung ein|holen=einholung vergleichen:verglich:verglichen=vergleich verfassen formulieren=formulierung korrigieren=korrektur benoten=benotung erklären=erklärung vermitteln=vermittlung
    bereinigen=bereinigung modellieren=modellierung bereit|stellen=bereitstellung überführen=überführung verarbeiten:verarbeitete:verarbeitet=verarbeitung speichern:speicherte:gespeichert=speicherung sichern:sicherte:gesichert=sicherung zusammen|bauen demontieren=demontage zerlegen=zerlegung schleifen:schliff:geschliffen polieren entsorgen=entsorgung räumen=räumung
    löschen retten:rettete:gerettet=rettung dolmetschen befragen=befragung empfehlen:empfahl:empfohlen=empfehlung vermarkten:vermarktete:vermarktet=vermarktung beliefern:belieferte:beliefert=belieferung besuchen=besuch ein|laden:lud:geladen=einladung ab|holen=abholung zu|stellen=zustellung biegen:bog:gebogen stanzen verputzen=verputzung tapezieren dämmen=dämmung pflastern
    aus|handeln=aushandlung ein|reichen=einreichung aus|füllen weiter|leiten:leitete:geleitet=weiterleitung um|bauen=umbau ein|bauen=einbau aus|bessern=ausbesserung nach|füllen kennzeichnen:kennzeichnete:gekennzeichnet=kennzeichnung scannen verschrotten lesen:las:gelesen ein|kochen garnieren zerteilen portionieren=portionierung
    anonymisieren=anonymisierung validieren=validierung extrahieren=extraktion transformieren=transformation aggregieren=aggregation veranlassen=veranlassung beauftragen=beauftragung zertifizieren=zertifizierung verlängern:verlängerte:verlängert=verlängerung ein|gruppieren=eingruppierung ein|teilen=einteilung zu|teilen=zuteilung zu|ordnen:ordnete:geordnet=zuordnung
    verabschieden=verabschiedung bekochen basteln:bastelte:gebastelt vor|lesen:las:gelesen singen:sang:gesungen spielen beaufsichtigen=beaufsichtigung wickeln  umlagern=umlagerung mobilisieren=mobilisation punktieren=punktion verbinden:verband:verbunden an|legen=anlegung röntgen ab|tippen transkribieren=transkription`,
  4: 'leiten:leitete:geleitet=leitung führen=führung verantworten:verantwortete:verantwortet=verantwortung steuern=steuerung managen:managte:gemanagt gründen=gründung an|führen',
}

export const germanGroups: readonly string[] = [
  'senken reduzieren',
  'steigern erhöhen',
  'nutzen verwenden einsetzen',
  'leiten führen',
  'machen erledigen',
  'machen erstellen',
  'durchführen machen',
  'durchführen ausführen',
  'prüfen kontrollieren überprüfen',
  'helfen unterstützen mithelfen',
  'mitarbeiten mitwirken',
  'lösen beheben',
  'sparen einsparen',
  'versuchen',
  'bauen errichten',
  'erstellen>anfertigen',
  'anleiten>einweisen',
  'optimieren>verbessern',
  'sanieren>renovieren',
  'dokumentieren protokollieren',
  'unterrichten',
  'überarbeiten',
]

export const germanActivities =
  'leiten führen verantworten steuern managen betreuen unterstützen helfen mithelfen assistieren arbeiten mitarbeiten zusammenarbeiten koordinieren verwalten bearbeiten beraten schulen bedienen pflegen warten überwachen kontrollieren prüfen organisieren unterrichten durchführen beantworten anleiten einarbeiten ausbilden versorgen behandeln teilnehmen mitwirken begleiten reinigen analysieren testen moderieren nutzen verwenden dokumentieren verkaufen kassieren'

export const germanEffects =
  'senken reduzieren steigern erhöhen verbessern verkürzen beschleunigen vereinfachen sparen einsparen ermöglichen halbieren verdoppeln vermeiden'

export const germanPhrases: Readonly<Record<string, string>> = {
  'sowie auch': 'und',
  sowie: 'und',
  '&': 'und',
  'als auch': 'und',
  'unter verwendung von': 'mit',
  'unter einsatz von': 'mit',
  'mit hilfe von': 'mit',
  'mithilfe bei': 'hilfe bei',
  mithilfe: 'mit',
  'mithilfe von': 'mit',
  mittels: 'mit',
  'unter nutzung von': 'mit',
  'war verantwortlich für': 'verantwortlich für',
  'ich war verantwortlich für': 'verantwortlich für',
  'war zuständig für': 'verantwortlich für',
  'zuständig für': 'verantwortlich für',
  'ich war zuständig für': 'verantwortlich für',
  'zu meinen aufgaben gehörte': 'verantwortlich für',
  'zu meinen aufgaben gehörten': 'verantwortlich für',
  'zu meinen aufgaben zählte': 'verantwortlich für',
  'zu meinen aufgaben zählten': 'verantwortlich für',
  'verantwortung für': 'verantwortlich für',
  'meine aufgaben waren': 'verantwortlich für',
  'meine aufgabe war': 'verantwortlich für',
  'meine hauptaufgabe war': 'verantwortlich für',
  'meine tätigkeiten waren': 'verantwortlich für',
  'meine aufgaben umfassten': 'verantwortlich für',
  'gemeinsam mit': 'zusammen_mit',
  'zusammen mit': 'zusammen_mit',
  'meine tätigkeit umfasste': 'verantwortlich für',
  'meine tätigkeiten umfassten': 'verantwortlich für',
  'meine tätigkeit bestand in': 'verantwortlich für',
  'meine aufgabe bestand in': 'verantwortlich für',
  'meine aufgaben bestanden in': 'verantwortlich für',
  'meine hauptaufgaben waren': 'verantwortlich für',
  'ich hatte die verantwortung für': 'verantwortlich für',
  'hatte die verantwortung für': 'verantwortlich für',
  'ich trug die verantwortung für': 'verantwortlich für',
  'trug die verantwortung für': 'verantwortlich für',
  'ich trug verantwortung für': 'verantwortlich für',
  'ich bin verantwortlich für': 'verantwortlich für',
  'in dieser position': '',
  'in meiner position': '',
  'in dieser funktion': '',
  'in dieser tätigkeit': '',
  'in dieser stelle': '',
  'im rahmen dieser tätigkeit': '',
  außerdem: '',
  zusätzlich: '',
  'darüber hinaus': '',
  ebenfalls: '',
  zudem: '',
  'auch noch': '',
  'sorgte dafür': 'stellte_sicher',
  'stellte sicher': 'stellte_sicher',
  'trug dafür sorge': 'stellte_sicher',
  'mit insgesamt': 'mit insgesamt_zahl',
  'von mir': '',
  'eine vielzahl von': '',
  'eine reihe von': '',
  'verschiedene arten von': '',
  'im rahmen meiner tätigkeit': '',
  'in dieser rolle': '',
  'auf täglicher basis': 'täglich',
  'auf wöchentlicher basis': 'wöchentlich',
  'jeden tag': 'täglich',
  'jede woche': 'wöchentlich',
  'jeden monat': 'monatlich',
  'innerhalb von': 'in',
  dank: 'durch',
  'zum zwecke': 'zu',
  'es wurden': 'es_wurden',
  'es wurde': 'es_wurden',
  'habe ich': '',
  'ich habe': '',
  'konnte ich': '',
  'wurden von mir': 'wurden',
  'wurde von mir': 'wurde',
}
