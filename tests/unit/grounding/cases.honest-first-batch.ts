/**
 * The first batch: the lines of the fixture resumes as a model would tell them. Written whole before it was known what passes;
 * the rules were widened after its first run. What turned out to change the meaning stands among the attacks.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishFirstBatch: readonly Honest[] = [
  [
    'Responsible for the planning of 45 outbound trucks per day to customers in Germany, Belgium and France.',
    'Planned 45 outbound trucks per day to customers in Germany, Belgium and France.',
  ],
  ['Helped with the onboarding of 6 new planners.', 'Helped onboard 6 new planners.'],
  [
    'Various reports were prepared for management in Excel on a weekly basis in order to show on-time delivery, which was 97.2% in 2023.',
    'Prepared various weekly Excel reports for management to show on-time delivery (97.2% in 2023).',
  ],
  [
    'Duties included handling of customer complaints, approximately 15 per week.',
    'Handled approximately 15 customer complaints per week.',
  ],
  [
    'Worked on customs documents for shipments to the United Kingdom.',
    'Worked on customs documents for United Kingdom shipments.',
  ],
  [
    'Responsible for order picking and loading in a cold store with 12,000 pallet places.',
    'Handled order picking and loading in a cold store with 12,000 pallet places.',
  ],
  [
    'Was tasked with cycle counts; stock differences were reduced from 1.8% to 0.6% in the year 2019.',
    'Performed cycle counts; stock differences were reduced from 1.8% to 0.6% in 2019.',
  ],
  [
    'Assisted the shift leader with the scheduling of a team of 14 people.',
    'Assisted the shift leader in scheduling a team of 14.',
  ],
  [
    'Basically did everything that was needed, including forklift driving and cleaning.',
    'Did everything needed, including driving forklifts and cleaning.',
  ],
  [
    'Helped to process bills of lading for about 20 vessel calls per month.',
    'Helped process bills of lading for approximately 20 vessel calls per month.',
  ],
  [
    'Thesis about empty container repositioning, graded 8.1 out of 10.',
    'Thesis on empty container repositioning (grade: 8.1/10).',
  ],
  [
    'Cut unplanned stops of paper machine 2 from 41 to 17 hours a quarter by replacing worn encoders and adding condition monitoring.',
    'Replaced worn encoders and added condition monitoring, cutting unplanned stops of paper machine 2 from 41 to 17 hours per quarter.',
  ],
  [
    'Commissioned 23 variable-speed drives (ABB and Siemens) during the 2021 rebuild.',
    'Commissioned 23 ABB and Siemens variable-speed drives during the 2021 rebuild.',
  ],
  [
    'Trained five apprentices, one of whom won the regional skills final in 2022.',
    'Trained 5 apprentices, including one who won the regional skills final in 2022.',
  ],
  [
    'Inspected and tested 340 distribution boards to BS 7671, with full records.',
    'Inspected and tested 340 distribution boards to BS 7671, keeping full records.',
  ],
  [
    'Redesigned appointment booking for 1.3 million patients; completed bookings rose from 61 % to 78 %.',
    'Redesigned appointment booking for 1.3M patients; completed bookings rose from 61% to 78%.',
  ],
  [
    'Run usability tests every second week, about 110 sessions so far.',
    'Run usability tests every two weeks (about 110 sessions so far).',
  ],
  [
    'Cut the steps to buy a ticket from nine to four and support requests by a third.',
    'Cut ticket-buying steps from 9 to 4 and support requests by a third.',
  ],
  [
    'Set up a design system of 64 components that five teams use.',
    'Set up a 64-component design system used by five teams.',
  ],
  [
    'Worked with blind passengers on screen-reader flows, tested in real vehicles.',
    'Collaborated with blind passengers on screen-reader flows, tested in real vehicles.',
  ],
  ['Hired and coach two designers.', 'Hired and now coach two designers.'],
  [
    'Coordinate nursing care for a 24-bed unit with a staff of 12 to 14 nurses per shift.',
    'Coordinate nursing care for a 24-bed unit staffed by 12–14 nurses per shift.',
  ],
  [
    'Led the central-line bundle project that lowered infections from 2.1 to 0.6 per 1,000 line days in two years.',
    'Led the central-line bundle project, lowering infections from 2.1 to 0.6 per 1,000 line days within two years.',
  ],
  [
    'Served as a super user during the change to a new electronic health record for 90 colleagues.',
    'Served as super user for 90 colleagues during the transition to a new electronic health record.',
  ],
  [
    'Precept new graduates: 19 nurses since 2020, of whom 17 still work in the unit.',
    'Precept new graduates (19 nurses since 2020, 17 of whom still work in the unit).',
  ],
  [
    'Assisted with the discharge-call program for heart-failure patients.',
    'Supported the discharge-call program for heart-failure patients.',
  ],
  [
    "Received the unit's patient-advocacy award in 2017.",
    "Received the unit's 2017 patient-advocacy award.",
  ],
  [
    'Took part in four cruises in Fram Strait (19 weeks at sea in all), twice as the chief scientist of the biology team.',
    'Participated in four Fram Strait cruises (19 weeks at sea in total), twice as chief scientist of the biology team.',
  ],
  [
    'Developed a filtration protocol that needs 0.5 l instead of 4 l of sea water per sample.',
    'Developed a filtration protocol needing 0.5 l of sea water per sample instead of 4 l.',
  ],
  [
    'Lead a group of two postdocs, four doctoral candidates and one engineer.',
    'Lead a group of 2 postdocs, 4 doctoral candidates and 1 engineer.',
  ],
  [
    'Replaced spreadsheet forecasts by a weekly pipeline review in Salesforce; the average sales cycle went from 94 to 71 days.',
    'Replaced spreadsheet forecasts with a weekly Salesforce pipeline review; average sales cycle went from 94 to 71 days.',
  ],
  [
    "Reached 118% of quota on average over five years; President's Club in 2015 and 2017.",
    "Averaged 118% of quota over five years; President's Club in 2015 and 2017.",
  ],
  [
    'Won back four lost key accounts worth $640,000 a year.',
    'Won back four lost key accounts worth $640K per year.',
  ],
  [
    'Closed the largest service contract of the company: $1.2M over three years with a food producer.',
    "Closed the company's largest service contract, worth $1.2M over three years, with a food producer.",
  ],
  [
    'Handled 60 to 70 inbound calls a day and qualified leads for the field team.',
    'Handled 60–70 inbound calls per day and qualified leads for the field team.',
  ],
  [
    'Introduced a common assessment calendar, which reduced marking by an estimated 3 hours per teacher and week.',
    'Introduced a common assessment calendar, reducing marking by an estimated 3 hours per teacher per week.',
  ],
  [
    'Was seconded to the council one day a week in 2018 to develop online lessons.',
    'Seconded to the council one day a week in 2018 to develop online lessons.',
  ],
  [
    'Organised four residential trips to the Kielder observatory (26 pupils each).',
    'Organised four residential trips to the Kielder observatory for 26 pupils each.',
  ],
  [
    'Rebuilt the settlement pipeline in Go, which cut the nightly run from 5 hours to 38 minutes for 2.4 million transactions.',
    'Rebuilt the settlement pipeline in Go, cutting the nightly run for 2.4 million transactions from 5 hours to 38 minutes.',
  ],
  [
    'Helped the data team to replace nightly exports by change data capture with Kafka and Debezium.',
    'Helped the data team replace nightly exports with change data capture using Kafka and Debezium.',
  ],
  [
    'Mentored three junior engineers, two of whom were promoted within 18 months.',
    'Mentored three junior engineers; two were promoted within 18 months.',
  ],
  [
    'Moved batch imports to a queue with retries, which raised successful imports from 91.5 % to 99.7 %.',
    'Raised successful imports from 91.5% to 99.7% by moving batch imports to a queue with retries.',
  ],
  ['I was in charge of the cleaning of 12 hotel rooms every day.', 'Cleaned 12 hotel rooms daily.'],
  [
    'My main task was to answer phone calls from patients and to make appointments.',
    'Answered phone calls from patients and made appointments.',
  ],
  [
    'My duties were preparing payroll for 80 employees and filing tax forms.',
    'Prepared payroll for 80 employees and filed tax forms.',
  ],
  [
    'Conducted interviews with 40 small business owners for a market study.',
    'Interviewed 40 small business owners for a market study.',
  ],
  [
    'Was able to reduce food waste by 12% through better stock rotation.',
    'Reduced food waste by 12% through better stock rotation.',
  ],
  [
    'The training manual was written by me for 12 branches.',
    'Wrote the training manual for 12 branches.',
  ],
  ['I made improvements to the checkout flow.', 'Improved the checkout flow.'],
  [
    'Gave presentations to clients about new insurance products.',
    'Presented new insurance products to clients.',
  ],
  [
    'Carried out an analysis of survey data from 1,200 respondents using SPSS.',
    'Analysed survey data from 1,200 respondents using SPSS.',
  ],
  [
    'Did the maintenance of company vehicles and was also driving them sometimes.',
    'Maintained company vehicles and sometimes drove them.',
  ],
  [
    'Took care of elderly residents and helped them with eating, washing and dressing.',
    'Cared for elderly residents, helping them eat, wash and dress.',
  ],
  [
    'Was part of a team that was building a mobile banking app for Android.',
    'Part of a team building an Android mobile banking app.',
  ],
  [
    'Successfully managed to complete 3 projects ahead of schedule in the course of 2021.',
    'Completed 3 projects ahead of schedule in 2021.',
  ],
  [
    'In charge of stock. Ordered goods from 14 suppliers.',
    'Took charge of stock and ordered goods from 14 suppliers.',
  ],
  [
    'Worked as a cashier, and also restocked shelves and helped customers find products.',
    'Worked as cashier, restocked shelves and helped customers find products.',
  ],
  [
    'Installed network cables in 6 office buildings, which included testing of all connections.',
    'Installed network cables in 6 office buildings, including testing all connections.',
  ],
  [
    'Responsible for making sure that the machines were running safely.',
    'Ensured that machines ran safely.',
  ],
  [
    'Drafted contracts. Also I reviewed contracts of suppliers under supervision of a senior lawyer.',
    'Drafted contracts and reviewed supplier contracts under the supervision of a senior lawyer.',
  ],
  [
    'Made use of Python and pandas for the cleaning of sales data.',
    'Used Python and pandas to clean sales data.',
  ],
  [
    'Had the responsibility of opening and closing the store at the weekends.',
    'Responsible for opening and closing the store at weekends.',
  ],
]

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
