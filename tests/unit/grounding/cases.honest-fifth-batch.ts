/**
 * A fifth batch, written whole before it was known what passes and run after the rules had been widened for
 * the fourth. At first sight 16 of 30 English and 9 of 20 German were refused. Three of the English ones turned
 * out to change the meaning and stand among the attacks; the rules were widened once more after that run.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishFifthBatch: readonly Honest[] = [
  [
    'I was responsible for the cleaning of 14 hotel rooms every day.',
    'Cleaned 14 hotel rooms daily.',
  ],
  [
    'Helped customers to find the right products and answered their questions.',
    'Helped customers find the right products and answered their questions.',
  ],
  [
    'My duties included greeting guests, taking reservations and handling payments.',
    'Greeted guests, took reservations and handled payments.',
  ],
  [
    'Wrote a script in Python which automated the monthly billing report.',
    'Wrote a Python script that automated the monthly billing report.',
  ],
  [
    'Was part of a team of 5 people that developed the mobile app of the bank.',
    "Part of a 5-person team that developed the bank's mobile app.",
  ],
  [
    'In 2021 I trained 12 new employees in the use of the cash register system.',
    'Trained 12 new employees in using the cash register system in 2021.',
  ],
  [
    'Organized an annual charity run with about 300 participants.',
    'Organized an annual charity run for about 300 participants.',
  ],
  [
    'Carried out maintenance work on 8 elevators in the city centre.',
    'Performed maintenance work on 8 elevators in the city centre.',
  ],
  [
    'Reduced the average waiting time from 25 to 15 minutes by changing the appointment system.',
    'Changed the appointment system, reducing average waiting time from 25 to 15 minutes.',
  ],
  [
    'Took minutes at board meetings and sent them to all members.',
    'Recorded minutes at board meetings and sent them to all members.',
  ],
  [
    'Had responsibility for the opening and closing of the shop at weekends.',
    'Opened and closed the shop on weekends.',
  ],
  [
    'Made offers for customers and followed up on them by phone.',
    'Prepared customer offers and followed up by phone.',
  ],
  [
    'Did quality checks on finished parts and documented the results.',
    'Performed quality checks on finished parts and documented results.',
  ],
  ['Was in charge of a budget of $40,000 for events.', 'Managed a $40,000 event budget.'],
  [
    'Worked in a team of 4 on the redesign of the online shop.',
    'Worked on the online shop redesign in a team of 4.',
  ],
  [
    'Supported the sales team with the preparation of offers and contracts.',
    'Supported the sales team in preparing offers and contracts.',
  ],
  [
    'Gave lessons in mathematics to pupils of grades 5 to 9.',
    'Taught mathematics to pupils in grades 5–9.',
  ],
  [
    'The archive of the newspaper was digitised by me, around 20,000 pages.',
    "Digitised the newspaper's archive (around 20,000 pages).",
  ],
  [
    'Used SQL and Tableau for the analysis of customer data.',
    'Analyzed customer data using SQL and Tableau.',
  ],
  [
    'Served food and drinks in a restaurant with 90 seats.',
    'Served food and drinks in a 90-seat restaurant.',
  ],
  [
    'Participated in the planning of the new warehouse in Leeds.',
    'Participated in planning the new Leeds warehouse.',
  ],
  [
    'Ordered office supplies and checked incoming invoices.',
    'Ordered office supplies and verified incoming invoices.',
  ],
  ['Was promoted to team leader after 2 years.', 'Promoted to team leader after two years.'],
  [
    'Prepared the monthly closing of accounts for two subsidiaries.',
    'Prepared monthly account closings for two subsidiaries.',
  ],
  [
    'Sewed costumes for three productions of the city theatre.',
    'Sewed costumes for three city theatre productions.',
  ],
  [
    'Looked after five children aged 3 to 6 years during the summer holidays.',
    'Cared for five children (ages 3–6) during the summer holidays.',
  ],
  [
    'Managed the social media channels of the club, which have 4,000 followers.',
    "Managed the club's social media channels (4,000 followers).",
  ],
]

export const germanFifthBatch: readonly Honest[] = [
  [
    'Ich war für die Reinigung von 14 Hotelzimmern täglich verantwortlich.',
    'Reinigte täglich 14 Hotelzimmer.',
  ],
  ['Durchführung der Inventur zweimal im Jahr.', 'Führte zweimal im Jahr die Inventur durch.'],
  [
    'Unterstützung der Kollegen bei der Erstellung von Angeboten.',
    'Unterstützte die Kollegen bei der Angebotserstellung.',
  ],
  [
    'Meine Aufgaben waren die Annahme von Bestellungen und die Beratung von Kunden.',
    'Nahm Bestellungen an und beriet Kunden.',
  ],
  [
    'Planung und Umsetzung von Werbekampagnen für drei Kunden.',
    'Plante Werbekampagnen für drei Kunden und setzte sie um.',
  ],
  [
    'Im Jahr 2021 wurden von mir 12 neue Mitarbeiter eingearbeitet.',
    'Arbeitete 2021 zwölf neue Mitarbeiter ein.',
  ],
  ['Habe die Homepage des Vereins neu gestaltet.', 'Gestaltete die Vereinshomepage neu.'],
  [
    'Wartung und Reparatur von Maschinen in der Produktion.',
    'Wartete und reparierte Maschinen in der Produktion.',
  ],
  [
    'Durch die Einführung eines Ticketsystems konnte die Bearbeitungszeit um 30 % reduziert werden.',
    'Reduzierte die Bearbeitungszeit durch Einführung eines Ticketsystems um 30 %.',
  ],
  ['Führen von Verkaufsgesprächen am Telefon.', 'Führte Verkaufsgespräche am Telefon.'],
  [
    'War Teil eines Teams von fünf Personen, das die App der Bank entwickelt hat.',
    'Teil eines fünfköpfigen Teams, das die App der Bank entwickelte.',
  ],
  [
    'Erstellen von monatlichen Berichten für die Geschäftsleitung mit Excel.',
    'Erstellte mit Excel monatliche Berichte für die Geschäftsleitung.',
  ],
  [
    'Betreuung von Kindern im Alter von 3 bis 6 Jahren.',
    'Betreute Kinder im Alter von 3–6 Jahren.',
  ],
  ['Zuständig für die Pflege der Kundendaten im CRM-System.', 'Pflegte Kundendaten im CRM-System.'],
  [
    'Verantwortlich für ein Budget in Höhe von 40.000 Euro.',
    'Verantwortete ein Budget von 40.000 €.',
  ],
  [
    'Mithilfe bei der Organisation von Veranstaltungen.',
    'Half bei der Organisation von Veranstaltungen.',
  ],
  [
    'Auslieferung von bis zu 80 Paketen pro Schicht im Stadtgebiet.',
    'Lieferte pro Schicht bis zu 80 Pakete im Stadtgebiet aus.',
  ],
  ['Protokollführung bei Sitzungen des Vorstands.', 'Führte Protokoll bei Vorstandssitzungen.'],
  [
    'Habe Nachhilfe in Mathematik gegeben für Schüler der Klassen 5 bis 9.',
    'Gab Schülern der Klassen 5–9 Nachhilfe in Mathematik.',
  ],
  [
    'Bestellte Büromaterial und prüfte eingehende Rechnungen.',
    'Büromaterial bestellt und eingehende Rechnungen geprüft.',
  ],
]
