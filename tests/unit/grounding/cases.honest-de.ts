/** Honest rewrites in German. */
import type { Honest } from './cases.honest-en.ts'

export const germanHonest: Readonly<Record<string, readonly Honest[]>> = {
  'schwacher Anfang': [
    [
      'War verantwortlich für die Leitung eines Teams von 5 Entwicklern',
      'Leitete ein Team von 5 Entwicklern',
    ],
    ['Verantwortlich für die Betreuung von 12 Kunden', 'Betreute 12 Kunden'],
    [
      'Zuständig für die Planung und Durchführung von Schulungen',
      'Planung und Durchführung von Schulungen',
    ],
    ['Zu meinen Aufgaben gehörte die Pflege der Datenbank', 'Pflege der Datenbank'],
    ['Ich war zuständig für die Erstellung von Angeboten', 'Erstellung von Angeboten'],
    ['Verantwortlich für die Bearbeitung von Reklamationen', 'Bearbeitete Reklamationen'],
    [
      'War verantwortlich für die Einführung von Scrum in zwei Teams',
      'Führte Scrum in zwei Teams ein',
    ],
  ],
  'Nomen zu Verb': [
    ['Leitung eines Teams von fünf Entwicklern', 'Leitete ein Team von 5 Entwicklern'],
    ['Entwicklung von Webanwendungen mit React', 'Entwickelte Webanwendungen mit React'],
    [
      'Durchführung von Schulungen für 30 Mitarbeiter',
      'Führte Schulungen für 30 Mitarbeiter durch',
    ],
    ['Einführung eines neuen Ticketsystems', 'Führte ein neues Ticketsystem ein'],
    ['Optimierung der Lagerprozesse', 'Optimierte die Lagerprozesse'],
    ['Betreuung von 40 Bestandskunden', 'Betreute 40 Bestandskunden'],
    ['Senkung der Kosten um 15 Prozent', 'Senkte die Kosten um 15 %'],
    ['Aufbau einer Testumgebung', 'Baute eine Testumgebung auf'],
    ['Verwaltung eines Budgets von 200.000 Euro', 'Verwaltete ein Budget von 200.000 €'],
    ['Überprüfung der Rechnungen', 'Überprüfte die Rechnungen'],
  ],
  'Passiv zu Aktiv': [
    ['Neue Prozesse wurden eingeführt', 'Führte neue Prozesse ein'],
    ['Die Datenbank wurde von mir optimiert', 'Optimierte die Datenbank'],
    ['Monatliche Berichte wurden erstellt', 'Erstellte monatliche Berichte'],
    ['Kosten um 20 % gesenkt', 'Senkte Kosten um 20 %'],
    ['Team von 8 Personen geleitet', 'Leitete ein Team von 8 Personen'],
    ['Wurde 2019 zum Teamleiter befördert', '2019 zum Teamleiter befördert'],
  ],
  'schwaches Verb bleibt schwach': [
    ['Unterstützung bei der Entwicklung einer App', 'Unterstützte bei der Entwicklung einer App'],
    ['Mitarbeit an der Einführung von SAP', 'Arbeitete an der Einführung von SAP mit'],
    [
      'Unterstützung des Vertriebs bei der Erstellung von Angeboten',
      'Unterstützte den Vertrieb bei der Erstellung von Angeboten',
    ],
    ['Ich habe das Team bei der Inventur unterstützt', 'Unterstützte das Team bei der Inventur'],
  ],
  Füllwörter: [
    ['Erfolgreiche Schulungen wurden durchgeführt', 'Führte erfolgreiche Schulungen durch'],
    ['Betreute verschiedene Kunden im Einzelhandel', 'Betreute Kunden im Einzelhandel'],
    [
      'Habe erfolgreich ein Lager mit 12 Mitarbeitern geleitet',
      'Leitete ein Lager mit 12 Mitarbeitern',
    ],
    ['Entwickelte eine Vielzahl von Berichten in Excel', 'Entwickelte Berichte in Excel'],
    ['Analysierte Daten mit Hilfe von Python', 'Analysierte Daten mit Python'],
    ['Pflegte Stammdaten sowie Preise', 'Pflegte Stammdaten und Preise'],
    ['Reduzierte die Fehlerquote um ca. 10 Prozent', 'Senkte die Fehlerquote um etwa 10 %'],
  ],
  'Ergebnis und Ursache': [
    [
      'Durch die Einführung von Kanban wurden die Kosten um 20 % gesenkt',
      'Senkte die Kosten um 20 % durch die Einführung von Kanban',
    ],
    [
      'Senkte die Kosten um 20 %, indem ich Prozesse automatisierte',
      'Senkte die Kosten um 20 % durch Automatisierung von Prozessen',
    ],
    ['Nutzte SQL zur Analyse von Daten', 'Verwendete SQL zur Analyse von Daten'],
  ],
}
