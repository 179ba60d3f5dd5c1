/**
 * Honest rewrites in four batches, as a model proposes them for German lines. Each batch was written whole
 * before it was known what passes; the rules were widened after each first run, so none is unseen any
 * more. Cases that turned out to change the meaning stand among the attacks, with the reason. The first takes its lines from the fixture resumes, the others are of many trades.
 */
import type { Honest } from './cases.honest-en.ts'

export const germanFirstBatch: readonly Honest[] = [
  [
    'Erstellung der Monats-, Quartals- und Jahresabschlüsse nach HGB für drei Gesellschaften mit zusammen 84 Mio. € Umsatz.',
    'Erstellte die Monats-, Quartals- und Jahresabschlüsse nach HGB für drei Gesellschaften mit insgesamt 84 Mio. € Umsatz.',
  ],
  [
    'Verkürzung des Monatsabschlusses von zehn auf sechs Arbeitstage.',
    'Monatsabschluss von 10 auf 6 Arbeitstage verkürzt.',
  ],
  [
    'Einführung der elektronischen Rechnungsprüfung für rund 1.900 Eingangsrechnungen pro Monat.',
    'Elektronische Rechnungsprüfung für rund 1.900 Eingangsrechnungen pro Monat eingeführt.',
  ],
  [
    'Fachliche Anleitung von zwei Sachbearbeiterinnen und einem Auszubildenden.',
    'Zwei Sachbearbeiterinnen und einen Auszubildenden fachlich angeleitet.',
  ],
  [
    'Senkung der überfälligen Forderungen von 11 % auf 6 % des Bestands durch ein geregeltes Mahnwesen.',
    'Überfällige Forderungen durch ein geregeltes Mahnwesen von 11 % auf 6 % des Bestands gesenkt.',
  ],
  [
    'Mitarbeit bei der Umstellung auf SEPA-Lastschriften.',
    'Bei der Umstellung auf SEPA-Lastschriften mitgearbeitet.',
  ],
  [
    'Laufende Buchführung für etwa 35 Mandanten aus Handwerk und Gastronomie.',
    'Laufende Buchführung für ca. 35 Mandanten aus Handwerk und Gastronomie.',
  ],
  [
    'Unterstützung bei Einnahmenüberschussrechnungen und Lohnabrechnungen.',
    'Unterstützte bei Einnahmenüberschussrechnungen und Lohnabrechnungen.',
  ],
  [
    'Ansprechpartnerin für Wirtschaftsprüfer, Steuerberater und Betriebsprüfung.',
    'Ansprechpartnerin für Wirtschaftsprüfer, Steuerberater sowie die Betriebsprüfung.',
  ],
  [
    'Kassenprüferin im Turnverein Esslingen-Süd seit 2019',
    'Seit 2019 Kassenprüferin im Turnverein Esslingen-Süd',
  ],
  ['Lernpatin für Geflüchtete, 2016 bis 2018', 'Lernpatin für Geflüchtete (2016–2018)'],
  [
    'Ich war zuständig für die Betreuung von 25 Patienten auf der Station.',
    'Betreuung von 25 Patienten auf der Station.',
  ],
  [
    'Ich habe im Jahr 2019 die Schulung von 40 Mitarbeitern durchgeführt.',
    '2019 Schulung von 40 Mitarbeitern durchgeführt.',
  ],
  [
    'War verantwortlich für das Erstellen von Angeboten und Rechnungen.',
    'Verantwortlich für die Erstellung von Angeboten und Rechnungen.',
  ],
  [
    'Zu meinen Aufgaben gehörte die Wartung von Aufzügen und Rolltreppen.',
    'Wartung von Aufzügen und Rolltreppen.',
  ],
  [
    'Meine Aufgaben waren unter anderem die Planung der Touren und die Disposition von 18 Fahrern.',
    'Planung der Touren und Disposition von 18 Fahrern.',
  ],
  [
    'Es wurden von mir Montagearbeiten an Heizungsanlagen ausgeführt.',
    'Führte Montagearbeiten an Heizungsanlagen aus.',
  ],
  [
    'Durchführung von Verkaufsgesprächen mit Kunden im Ladengeschäft.',
    'Führte Verkaufsgespräche mit Kunden im Ladengeschäft.',
  ],
  [
    'Half bei der Vorbereitung von Veranstaltungen mit bis zu 200 Gästen.',
    'Unterstützung bei der Vorbereitung von Veranstaltungen mit bis zu 200 Gästen.',
  ],
  [
    'Habe Kundenanfragen per Telefon und E-Mail beantwortet.',
    'Beantwortete Kundenanfragen per Telefon und E-Mail.',
  ],
  ['Ich konnte die Durchlaufzeit um 20 Prozent reduzieren.', 'Durchlaufzeit um 20 % reduziert.'],
  [
    'Reduzierung der Ausschussquote um 3 Prozent, indem die Maschinen neu eingestellt wurden.',
    'Reduzierte die Ausschussquote um 3 %, indem die Maschinen neu eingestellt wurden.',
  ],
  [
    'Verantwortlich für die Organisation von Klassenfahrten und Elternabenden.',
    'Organisierte Klassenfahrten und Elternabende.',
  ],
  [
    'Ich war an der Entwicklung einer App für die Terminbuchung beteiligt.',
    'Beteiligt an der Entwicklung einer App für die Terminbuchung.',
  ],
  [
    'Mitwirkung bei der Einführung von SAP in drei Werken.',
    'Wirkte an der Einführung von SAP in drei Werken mit.',
  ],
  [
    'Pflege der Kundendatenbank und Aktualisierung der Webseite.',
    'Pflegte die Kundendatenbank und aktualisierte die Webseite.',
  ],
  ['Die Leitung eines Teams von sieben Technikern.', 'Leitung eines Teams von 7 Technikern.'],
  [
    'Leitung eines siebenköpfigen Teams in der Montage.',
    'Leitete ein siebenköpfiges Team in der Montage.',
  ],
  [
    'Unterrichte seit dem Jahr 2015 Mathematik in den Klassen 5 bis 10.',
    'Unterrichte seit 2015 Mathematik in den Klassen 5–10.',
  ],
  [
    'Vorbereitung und Durchführung von Workshops für Führungskräfte.',
    'Bereitete Workshops für Führungskräfte vor und führte sie durch.',
  ],
  [
    'Analyse von Verkaufsdaten mit Hilfe von Excel und Power BI.',
    'Analysierte Verkaufsdaten mit Excel und Power BI.',
  ],
  [
    'Wurde eingesetzt als Vertretung der Filialleitung während der Urlaubszeit.',
    'Vertretung der Filialleitung während der Urlaubszeit.',
  ],
  [
    'Habe gelernt, Patienten zu lagern und Vitalzeichen zu messen.',
    'Gelernt, Patienten zu lagern und Vitalzeichen zu messen.',
  ],
  [
    'Bearbeitung von durchschnittlich 60 Reklamationen in der Woche.',
    'Bearbeitete durchschnittlich 60 Reklamationen pro Woche.',
  ],
  [
    'Koordination von Lieferterminen mit Lieferanten aus Polen und Tschechien.',
    'Lieferterminen mit Lieferanten aus Polen und Tschechien koordiniert.',
  ],
  [
    'Die Erstellung von Wochenberichten für die Geschäftsführung erfolgte durch mich.',
    'Wochenberichte für die Geschäftsführung erstellt.',
  ],
  [
    'Programmierte Tests in Java, was die Fehlerzahl um ein Drittel gesenkt hat.',
    'Programmierte Tests in Java und senkte damit die Fehlerzahl um ein Drittel.',
  ],
  [
    'Im Rahmen des Praktikums Einblicke in die Arbeit der Personalabteilung erhalten.',
    'Einblicke in die Arbeit der Personalabteilung im Rahmen des Praktikums.',
  ],
  [
    'Ausbildung von zwei Lehrlingen, von denen einer die Prüfung mit Auszeichnung bestanden hat.',
    'Bildete zwei Lehrlinge aus, von denen einer die Prüfung mit Auszeichnung bestand.',
  ],
  ['Verwaltung eines Budgets in Höhe von 250.000 Euro.', 'Verwaltete ein Budget von 250.000 €.'],
  [
    'Betreute zusammen mit einer Kollegin eine Gruppe von 22 Kindern.',
    'Betreute gemeinsam mit einer Kollegin eine Gruppe von 22 Kindern.',
  ],
]

export const germanSecondBatch: readonly Honest[] = [
  [
    'Ich war verantwortlich für die Pflege von 12 Bewohnern im Spätdienst.',
    'Pflege von 12 Bewohnern im Spätdienst.',
  ],
  ['Montage von Fenstern und Türen in Neubauten.', 'Montierte Fenster und Türen in Neubauten.'],
  [
    'Erstellung eines neuen Schichtplans für 35 Mitarbeiter im Jahr 2021.',
    'Erstellte 2021 einen neuen Schichtplan für 35 Mitarbeiter.',
  ],
  ['Beratung von Kunden beim Kauf von Fahrrädern.', 'Beriet Kunden beim Kauf von Fahrrädern.'],
  [
    'Mitarbeit an der Entwicklung eines Messgeräts.',
    'Arbeitete an der Entwicklung eines Messgeräts mit.',
  ],
  [
    'Steigerung des Umsatzes um 15 Prozent innerhalb von zwei Jahren.',
    'Steigerte den Umsatz innerhalb von zwei Jahren um 15 %.',
  ],
  ['Organisation von Messen und auch von Schulungen.', 'Organisierte Messen und Schulungen.'],
  [
    'Ich habe Texte aus dem Englischen ins Deutsche übersetzt.',
    'Übersetzte Texte aus dem Englischen ins Deutsche.',
  ],
  [
    'Zuständig für Bestellungen und die Kontrolle von Lieferungen.',
    'Verantwortlich für Bestellungen und Kontrolle von Lieferungen.',
  ],
  [
    'Betreuung der Website und Pflege der Inhalte jede Woche.',
    'Betreute die Website und pflegte wöchentlich die Inhalte.',
  ],
  ['Durchführung von Schulungen für 80 Lehrkräfte.', 'Führte Schulungen für 80 Lehrkräfte durch.'],
  [
    'Planung sowie Umsetzung von Werbekampagnen in sozialen Medien.',
    'Planung und Umsetzung von Werbekampagnen in sozialen Medien.',
  ],
  ['War als Aushilfe im Verkauf tätig.', 'Aushilfe im Verkauf.'],
  [
    'Programmierung einer App mit Hilfe von React Native.',
    'Programmierte eine App mit React Native.',
  ],
  ['Reparatur von ca. 25 Fahrrädern in der Woche.', 'Reparierte ca. 25 Fahrräder pro Woche.'],
  [
    'Ich konnte die Lieferzeit von 10 auf 7 Tage verkürzen.',
    'Verkürzte die Lieferzeit von 10 auf 7 Tage.',
  ],
  [
    'Die Leitung von wöchentlichen Besprechungen mit 15 Teilnehmern.',
    'Leitete wöchentliche Besprechungen mit 15 Teilnehmern.',
  ],
  [
    'Unterstützung des Küchenchefs bei der Menüplanung.',
    'Unterstützte den Küchenchef bei der Menüplanung.',
  ],
  [
    'Auswertung von Umfragen unter 500 Studierenden mit SPSS.',
    'Wertete Umfragen unter 500 Studierenden mit SPSS aus.',
  ],
  ['Es wurden Berichte für den Vorstand erstellt.', 'Erstellte Berichte für den Vorstand.'],
  ['Selbstständige Bearbeitung von Schadensfällen.', 'Bearbeitete selbstständig Schadensfälle.'],
  [
    'Verkauf von Backwaren, Kassieren und Reinigung der Theke.',
    'Verkaufte Backwaren, kassierte und reinigte die Theke.',
  ],
  [
    'Zu meinen Aufgaben gehörten die Annahme von Paketen und das Sortieren von Briefen.',
    'Nahm Pakete an und sortierte Briefe.',
  ],
  [
    'Half Senioren beim Einkaufen und im Haushalt.',
    'Unterstützte Senioren beim Einkaufen und im Haushalt.',
  ],
]

export const germanThirdBatch: readonly Honest[] = [
  ['Ich war verantwortlich für die Reinigung von 20 Büros.', 'Reinigung von 20 Büros.'],
  ['Entwicklung eines Prüfstands für Pumpen.', 'Entwickelte einen Prüfstand für Pumpen.'],
  ['Ich habe Kunden in drei Ländern betreut.', 'Betreute Kunden in drei Ländern.'],
  [
    'Vorbereitung von Unterlagen für den Steuerberater.',
    'Bereitete Unterlagen für den Steuerberater vor.',
  ],
  [
    'Unterstützung der Abteilungsleitung bei der Erstellung von Budgets.',
    'Unterstützte die Abteilungsleitung bei der Erstellung von Budgets.',
  ],
  [
    'Schulung von neuen Mitarbeitern in der Bedienung der Anlagen.',
    'Schulte neue Mitarbeiter in der Bedienung der Anlagen.',
  ],
  [
    'Im Jahr 2020 wurde ein neues Lagersystem von mir eingeführt.',
    '2020 ein neues Lagersystem eingeführt.',
  ],
  [
    'Zuständig für den Empfang von Gästen und die Vergabe von Zimmern.',
    'Verantwortlich für Gästeempfang und Zimmervergabe.',
  ],
  [
    'Senkung der Energiekosten um 12 Prozent durch neue Beleuchtung.',
    'Senkte die Energiekosten durch neue Beleuchtung um 12 %.',
  ],
  [
    'Regelmäßige Durchführung von Sicherheitsunterweisungen.',
    'Führte regelmäßig Sicherheitsunterweisungen durch.',
  ],
  ['Verwaltung von Lagerbeständen mit Hilfe von SAP.', 'Verwaltete Lagerbestände mit SAP.'],
  [
    'Half dem Team bei der Umstellung auf Windows 11.',
    'Unterstützte das Team bei der Umstellung auf Windows 11.',
  ],
  [
    'Erstellung von technischen Zeichnungen in AutoCAD.',
    'Technische Zeichnungen in AutoCAD erstellt.',
  ],
  [
    'Meine Aufgaben waren die Planung von Schichten und das Führen von Personalgesprächen.',
    'Planung von Schichten und Führen von Personalgesprächen.',
  ],
  ['Koordination der Termine von fünf Monteuren.', 'Koordinierte die Termine von fünf Monteuren.'],
  [
    'Kommissionierung von ca. 120 Aufträgen am Tag.',
    'Kommissionierung von ca. 120 Aufträgen pro Tag.',
  ],
  ['Wartung und auch Reparatur von Landmaschinen.', 'Wartung und Reparatur von Landmaschinen.'],
  [
    'Ich arbeitete mit einem Team von 6 Personen an der Sanierung von Altbauten.',
    'Arbeitete mit einem Team von 6 Personen an der Sanierung von Altbauten.',
  ],
  [
    'Bearbeitung von Anträgen sowie die Beratung von Bürgern.',
    'Bearbeitete Anträge und beriet Bürger.',
  ],
  [
    'Einführung eines Kanban-Boards, wodurch die Durchlaufzeit um 3 Tage verkürzt wurde.',
    'Führte ein Kanban-Board ein, wodurch die Durchlaufzeit um 3 Tage verkürzt wurde.',
  ],
]

export const germanFourthBatch: readonly Honest[] = [
  [
    'Verantwortlich für die Lagerung und den Versand von Ersatzteilen.',
    'Lagerung und Versand von Ersatzteilen.',
  ],
  [
    'Ich habe eine Fußballmannschaft mit 18 Kindern trainiert.',
    'Trainierte eine Fußballmannschaft mit 18 Kindern.',
  ],
  ['Herstellung von Möbeln aus Eiche.', 'Stellte Möbel aus Eiche her.'],
  [
    'Überwachung von 6 Maschinen in der Nachtschicht.',
    'Überwachte 6 Maschinen in der Nachtschicht.',
  ],
  [
    'Mithilfe bei der Organisation von Sommerfesten.',
    'Half bei der Organisation von Sommerfesten.',
  ],
  [
    'Konzeption und Durchführung von Deutschkursen.',
    'Konzipierte Deutschkurse und führte sie durch.',
  ],
  [
    'Es wurden 30 Prüfberichte pro Monat von mir geschrieben.',
    'Schrieb 30 Prüfberichte pro Monat.',
  ],
  ['Beratung von ungefähr 40 Familien im Jahr.', 'Beriet etwa 40 Familien pro Jahr.'],
  ['Gestaltung von Flyern mit Hilfe von InDesign.', 'Gestaltete Flyer mit InDesign.'],
  ['War für die Kasse und das Lager zuständig.', 'Zuständig für die Kasse und das Lager.'],
  [
    'Ich konnte den Umsatz von 2 Mio. Euro auf 3 Mio. Euro steigern.',
    'Steigerte den Umsatz von 2 Mio. € auf 3 Mio. €.',
  ],
  [
    'Programmierung von Steuerungen für Förderbänder in TIA Portal.',
    'Programmierte Steuerungen für Förderbänder in TIA Portal.',
  ],
  ['Zu meinen Aufgaben gehörte die Beantwortung von E-Mails.', 'Beantwortete E-Mails.'],
  ['Aufbau einer Datenbank mit 5.000 Kontakten.', 'Baute eine Datenbank mit 5.000 Kontakten auf.'],
  [
    'Im Team mit vier Kollegen Installation von Solaranlagen.',
    'Installation von Solaranlagen im Team mit vier Kollegen.',
  ],
  [
    'Teilnahme an Fortbildungen zum Thema Wundversorgung.',
    'Nahm an Fortbildungen zum Thema Wundversorgung teil.',
  ],
  ['Verhandlung von Verträgen mit Lieferanten.', 'Verhandelte Verträge mit Lieferanten.'],
  [
    'Dokumentation der Pflege und Verabreichung von Medikamenten.',
    'Dokumentierte die Pflege und verabreichte Medikamente.',
  ],
  ['Tägliche Kontrolle von Kühlräumen.', 'Kontrollierte täglich Kühlräume.'],
  [
    'Erstellung von Angeboten und deren Nachverfolgung.',
    'Erstellte Angebote und verfolgte diese nach.',
  ],
]
