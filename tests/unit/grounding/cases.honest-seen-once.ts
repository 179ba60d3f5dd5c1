/**
 * Honest rewrites written in one go, before it was known what passes, and kept whole. The rules were
 * widened once after the first run, so this is no unseen sample any more; what they still refuse stays.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishHeldOut: readonly Honest[] = [
  [
    'Responsible for the design and development of new features for the mobile app',
    'Designed and developed new features for the mobile app',
  ],
  [
    'Helped customers with technical problems on the phone',
    'Assisted customers with technical problems on the phone',
  ],
  [
    'I worked as a waiter in a restaurant with 80 seats',
    'Worked as a waiter in a restaurant with 80 seats',
  ],
  ['In this role, I managed the social media channels', 'Managed the social media channels'],
  [
    'Worked closely with the product team to define requirements',
    'Collaborated closely with the product team to define requirements',
  ],
  [
    'Implemented automation scripts which reduced manual work by 50%',
    'Reduced manual work by 50% by implementing automation scripts',
  ],
  [
    'Implemented automation scripts that reduced manual work by 50%',
    'Implemented automation scripts, reducing manual work by 50%',
  ],
  ['Did data entry and made reports in Excel', 'Performed data entry and created reports in Excel'],
  [
    'Handled incoming and outgoing mail on a daily basis',
    'Handled daily incoming and outgoing mail',
  ],
  ['Wrote unit tests for all of the core modules', 'Wrote unit tests for all core modules'],
  [
    'Was part of a team of 6 developers that built a shop system',
    'Part of a team of 6 developers that built a shop system',
  ],
  [
    'The project was delivered two weeks ahead of schedule',
    'Delivered the project two weeks ahead of schedule',
  ],
  [
    'Reports were generated automatically using Python scripts',
    'Generated reports automatically using Python scripts',
  ],
  [
    'Responsible for customer service and cash handling',
    'Handled customer service and cash handling',
  ],
  [
    'Taught 5 classes per week in mathematics and physics',
    'Taught 5 weekly classes in mathematics and physics',
  ],
  ['Gave support to 200+ users via phone and e-mail', 'Supported 200+ users via phone and e-mail'],
  ['Developed REST APIs in Java (Spring Boot)', 'Developed Java (Spring Boot) REST APIs'],
  [
    'Created marketing materials, such as flyers and brochures',
    'Created marketing materials such as flyers and brochures',
  ],
  [
    'Maintained relationships with over 50 clients',
    'Maintained relationships with more than 50 clients',
  ],
  ['Increased sales by 20% in 2 years', 'Increased sales by 20% within 2 years'],
  ['Increased sales by 20% in 2 years', 'Grew sales by 20% in 2 years'],
  ['Ensured that the safety regulations were followed', 'Ensured safety regulations were followed'],
  [
    'Coordinated with vendors and suppliers in order to ensure on-time delivery',
    'Coordinated with vendors and suppliers to ensure on-time delivery',
  ],
  [
    'Introduced a new filing system that saved the office 5 hours per week',
    'Introduced a new filing system, saving the office 5 hours per week',
  ],
  ['Was responsible for opening and closing the store', 'Opened and closed the store'],
  ['Performed regular maintenance of 30 machines', 'Maintained 30 machines regularly'],
  [
    'Provided first-level support for 150 employees',
    'Delivered first-level support for 150 employees',
  ],
  [
    'Carried out blood tests and took care of wound dressings',
    'Performed blood tests and handled wound dressings',
  ],
  ['Supervising of 4 nursing assistants', 'Supervised 4 nursing assistants'],
  [
    'Planning, organizing and carrying out of events with up to 300 guests',
    'Planned, organized and performed events with up to 300 guests',
  ],
  [
    'Responsible for planning, organizing and monitoring projects',
    'Planned, organized and monitored projects',
  ],
  [
    'Successfully completed 14 projects on time and within budget',
    'Completed 14 projects on time and within budget',
  ],
  [
    'My main task was the administration of the Windows servers',
    'Main task: administration of the Windows servers',
  ],
  ['Used Python for the automation of monthly reports', 'Automated monthly reports with Python'],
  ['Leading a team of four developers', 'Led a team of four developers'],
  [
    'Conducted interviews with 25 users and summarised the findings',
    'Interviewed 25 users and summarized the findings',
  ],
  [
    'Optimized the database queries, which led to a 30% decrease in load time',
    'Optimized the database queries, decreasing load time by 30%',
  ],
  [
    'Analysis of sales data and preparation of weekly reports',
    'Analyzed sales data and prepared weekly reports',
  ],
  [
    'Maintaining and updating the customer database',
    'Maintained and updated the customer database',
  ],
  ['Wrote articles for the company blog', 'Wrote company blog articles'],
  [
    'Managed the daily operations of a cafe with 8 employees',
    'Managed daily operations of a cafe with 8 employees',
  ],
  ['I have been teaching piano to children', 'Teaching piano to children'],
  ['Processed invoices & handled payroll', 'Processed invoices and handled payroll'],
  ['Trained and mentored new hires', 'Trained and mentored new employees'],
  ['Drove deliveries in the greater Boston area', 'Made deliveries in the greater Boston area'],
]

export const germanHeldOut: readonly Honest[] = [
  [
    'Verantwortlich für die Planung und Durchführung von Schulungen',
    'Plante und führte Schulungen durch',
  ],
  [
    'Zuständig für Buchhaltung und Rechnungswesen',
    'Verantwortlich für Buchhaltung und Rechnungswesen',
  ],
  ['Betreuung und Beratung von Kunden', 'Betreute und beriet Kunden'],
  ['Ich habe Kunden am Telefon beraten', 'Beriet Kunden am Telefon'],
  ['Erstellung von Berichten und Präsentationen', 'Erstellte Berichte und Präsentationen'],
  [
    'Pflege von Patienten auf einer Station mit 30 Betten',
    'Pflegte Patienten auf einer Station mit 30 Betten',
  ],
  ['Es wurden neue Lieferanten gewonnen', 'Gewann neue Lieferanten'],
  ['Bearbeitung von Reklamationen und Retouren', 'Bearbeitete Reklamationen und Retouren'],
  [
    'Mitarbeit im Team bei der Entwicklung von Apps',
    'Arbeitete im Team an der Entwicklung von Apps mit',
  ],
  ['Verkauf von Waren und Beratung der Kunden', 'Verkaufte Waren und beriet die Kunden'],
  ['Die Fehlerquote konnte um 12 % gesenkt werden', 'Senkte die Fehlerquote um 12 %'],
  ['Verantwortung für ein Budget von 1,5 Mio. Euro', 'Verantwortete ein Budget von 1,5 Mio. Euro'],
  ['Entwickelte und testete Software in Java', 'Software in Java entwickelt und getestet'],
  [
    'Steigerung des Umsatzes um 25 Prozent in zwei Jahren',
    'Steigerte den Umsatz um 25 % in zwei Jahren',
  ],
  ['Einarbeitung neuer Mitarbeiter', 'Arbeitete neue Mitarbeiter ein'],
  [
    'Organisation von Veranstaltungen mit bis zu 200 Gästen',
    'Organisierte Veranstaltungen mit bis zu 200 Gästen',
  ],
  [
    'Programmierung einer Schnittstelle zwischen SAP und dem Webshop',
    'Programmierte eine Schnittstelle zwischen SAP und dem Webshop',
  ],
  ['Prüfung und Buchung von Eingangsrechnungen', 'Prüfte und buchte Eingangsrechnungen'],
  ['Führung von 12 Mitarbeitern', 'Führte 12 Mitarbeiter'],
  ['Kassieren und Beraten von Kunden', 'Kassierte und beriet Kunden'],
]
