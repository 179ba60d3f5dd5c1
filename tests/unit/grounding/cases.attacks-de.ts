/** Lies in German, grouped by attack. */
import type { Attack } from './cases.attacks-en.ts'

export const germanBackground = {
  title: 'Softwareentwickler, Acme GmbH — 03/2019 – 06/2021',
  siblings: ['Prüfung von 40 Verträgen pro Woche', 'Aufbau der Abteilung in Köln'],
  otherTitle: 'Praktikant, Beispiel AG — 2016 – 2018',
  otherLines: [
    'Erstellung von 250 Rechnungen pro Monat in DATEV',
    'Leitung eines Workshops für 30 Schüler',
  ],
  summary: 'Entwickler mit Schwerpunkt Java und PostgreSQL.',
  skills: 'Java, PostgreSQL, Git',
  posting: 'Wir suchen einen Teamleiter mit Terraform, SAP und 10 Jahren Führungserfahrung.',
}

export const germanAttacks: Readonly<Record<string, readonly Attack[]>> = {
  'erfundene oder geänderte Zahl': [
    ['Leitung eines Teams', 'Leitete ein Team von 12 Personen', 'new_number'],
    ['Betreuung von Kunden', 'Betreute zwanzig Kunden', 'new_number'],
    ['Senkung der Kosten um 10 %', 'Senkte die Kosten um 15 %', 'changed_number'],
    ['Senkung der Kosten um 10 Euro', 'Senkte die Kosten um 10 Prozent', 'changed_number'],
    [
      'Verwaltung eines Budgets von 1.500 Euro',
      'Verwaltete ein Budget von 1,500 Euro',
      'changed_number',
    ],
    [
      'Verwaltung eines Budgets von 2 Mio. Euro',
      'Verwaltete ein Budget von 2 Mrd. Euro',
      'changed_number',
    ],
    [
      'Betreute fünf Kunden und drei Lieferanten',
      'Betreute drei Kunden und fünf Lieferanten',
      'moved_fact',
    ],
    [
      'Senkte die Kosten und steigerte den Umsatz um 20 %',
      'Senkte die Kosten um 20 % und steigerte den Umsatz',
      'moved_fact',
    ],
    ['Betreute bis zu 20 Kunden', 'Betreute 20 Kunden', 'lost_qualifier'],
    ['Betreute rund 20 Kunden', 'Betreute über 20 Kunden'],
    ['Betreute einundzwanzig Kunden', 'Betreute zweiundzwanzig Kunden', 'changed_number'],
  ],
  'stärkeres Verb': [
    ['Unterstützung bei der Entwicklung einer App', 'Entwicklung einer App', 'stronger_verb'],
    ['Unterstützung bei der Entwicklung einer App', 'Entwickelte eine App', 'stronger_verb'],
    ['Mitarbeit an der Planung von Messen', 'Plante Messen'],
    ['Teilnahme an der Einführung von SAP', 'Führte SAP ein', 'stronger_verb'],
    ['Half bei der Betreuung von 12 Kunden', 'Betreute 12 Kunden', 'stronger_verb'],
    ['Koordinierte das Projekt', 'Leitete das Projekt', 'stronger_verb'],
    ['Unterstützte die Leitung', 'Leitete die Unterstützung'],
    ['Wirkte am Aufbau des Lagers mit', 'Baute das Lager auf'],
  ],
  'verlorene Einschränkung': [
    ['Leitete das Team stellvertretend', 'Leitete das Team', 'lost_qualifier'],
    ['Leitete nicht das Budget', 'Leitete das Budget', 'lost_qualifier'],
    ['Grundkenntnisse in SQL', 'SQL', 'lost_qualifier'],
    ['Baute einen Prototyp der App', 'Baute die App', 'lost_qualifier'],
    ['Kommissarische Leitung des Teams', 'Leitung des Teams'],
    ['Gemeinsam mit Kollegen Messen geplant', 'Messen geplant'],
    ['Wir entwickelten eine App', 'Entwickelte eine App', 'lost_qualifier'],
    ['Voraussichtlich Leitung des Teams', 'Leitung des Teams', 'lost_qualifier'],
    ['Werkstudent im Vertrieb', 'Vertrieb'],
    ['Sollte das Team leiten', 'Leitete das Team', 'lost_qualifier'],
  ],
  'vertauschte Rollen': [
    ['Berichtete an den Vorstand', 'Der Vorstand berichtete an mich'],
    ['Die Migration wurde vom Vorstand geleitet', 'Leitete die Migration'],
    ['Wurde in SAP geschult', 'Schulte in SAP', 'moved_fact'],
    ['Wurde zum Teamleiter befördert', 'Beförderte den Teamleiter'],
    ['Wurde zum Teamleiter befördert', 'Teamleiter'],
    [
      'Arbeitete mit dem Team, das die App entwickelte',
      'Arbeitete mit dem Team und entwickelte die App',
      'moved_fact',
    ],
    ['Das Team entwickelte die App', 'Entwickelte die App'],
    ['Verkauf von Maschinen an Siemens', 'Verkaufte Maschinen für Siemens', 'moved_fact'],
    ['Leitung eines Projekts', 'Leitete Projekte', 'moved_fact'],
    ['Lehre im Betrieb', 'Lehrer im Betrieb', 'new_word'],
    ['Setzte Prozesse schnell um', 'Setzte Prozesse schneller um'],
  ],
  'fremde Tatsachen': [
    ['Betreuung von Kunden', 'Betreute Kunden in Köln', 'moved_fact'],
    ['Betreuung von Kunden', 'Betreute 40 Kunden', 'moved_fact'],
    ['Betreuung von Kunden', 'Betreute Kunden in DATEV', 'moved_fact'],
    ['Betreuung von Kunden', 'Betreute Kunden mit SAP', 'job_description_only'],
    ['Betreuung von Kunden', 'Betreute Kunden bei Siemens', 'new_name'],
    ['Betreuung von Kunden', 'Betreute Kunden als Teamleiter', 'job_description_only'],
    ['Betreuung von Kunden', 'Betreute internationale Kunden', 'new_word'],
    ['Betreuung von Kunden', 'Erfolgreiche Betreuung von Kunden', 'new_word'],
    ['Betreuung von Kunden', 'Betreute zahlreiche Kunden', 'new_word'],
    ['Betreuung von Kunden', 'Betreute Kund\u200ben', 'unsafe_characters'],
  ],
  'Zweck als Wirkung': [
    ['Führte Kanban ein, um Kosten zu senken', 'Führte Kanban ein und senkte Kosten'],
    ['Führte Kanban ein, um Kosten zu senken', 'Senkte Kosten durch Einführung von Kanban'],
  ],
}
