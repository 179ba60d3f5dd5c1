/**
 * The second batch, of many trades. Written whole before it was known what passes;
 * the rules were widened after its first run. What turned out to change the meaning stands among the attacks.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishSecondBatch: readonly Honest[] = [
  [
    'I was responsible for the preparation of monthly newsletters for 3,000 readers.',
    'Prepared monthly newsletters for 3,000 readers.',
  ],
  [
    'Worked as a barista, where I prepared coffee drinks for about 150 guests per day.',
    'Prepared coffee drinks for about 150 guests per day as a barista.',
  ],
  [
    'Assisted in the organization of charity runs with 400 participants.',
    'Assisted in organizing charity runs with 400 participants.',
  ],
  [
    'Made a new filing system, which reduced search times by half.',
    'Created a new filing system, reducing search times by half.',
  ],
  [
    'Did regular checks of fire extinguishers in 9 buildings.',
    'Regularly checked fire extinguishers in 9 buildings.',
  ],
  [
    'Was responsible for training new staff and also for writing the shift plan.',
    'Trained new staff and wrote the shift plan.',
  ],
  ['Managed a budget of $200,000 in the year 2020.', 'Managed a $200,000 budget in 2020.'],
  [
    'My responsibilities included scheduling appointments and ordering office supplies.',
    'Scheduled appointments and ordered office supplies.',
  ],
  [
    'Helped the sales team to prepare offers for customers in Austria.',
    'Helped the sales team prepare offers for customers in Austria.',
  ],
  ['Performed an audit of 25 suppliers for quality.', 'Audited 25 suppliers for quality.'],
  [
    'Took measurements of air quality at 8 stations every month.',
    'Measured air quality monthly at 8 stations.',
  ],
  [
    'Translated technical manuals from German to English, 30 in total.',
    'Translated 30 technical manuals from German to English.',
  ],
  [
    'Answered 50 to 60 e-mails a day from customers in three countries.',
    'Answered 50–60 customer e-mails per day from three countries.',
  ],
  [
    'Was in charge of ordering drinks and snacks for the bar.',
    'Ordered drinks and snacks for the bar.',
  ],
  [
    'Wrote a thesis about water filters for villages.',
    'Wrote a thesis on water filters for villages.',
  ],
  [
    'Installed solar panels on 70 roofs together with two colleagues.',
    'Installed solar panels on 70 roofs with two colleagues.',
  ],
  [
    'Designed posters and flyers by using Photoshop and InDesign.',
    'Designed posters and flyers using Photoshop and InDesign.',
  ],
  ['Reduced the number of returns from 8 percent to 5 percent.', 'Reduced returns from 8% to 5%.'],
  [
    'Participated in the development of a booking tool for hotels.',
    'Participated in developing a booking tool for hotels.',
  ],
  [
    'Organised the summer party of the company for 250 guests.',
    "Organised the company's summer party for 250 guests.",
  ],
  [
    'The invoices were checked by me before they were sent to clients.',
    'Checked invoices before they were sent to clients.',
  ],
  [
    'Taught swimming to children, groups of 8 to 10.',
    'Taught swimming to children in groups of 8–10.',
  ],
  [
    'Kept records of deliveries and made sure that shelves were filled.',
    'Kept delivery records and ensured that shelves were filled.',
  ],
  [
    'Responsible for maintaining the website; updated content every week.',
    'Maintained the website and updated content weekly.',
  ],
  [
    'Carried out repairs of bicycles, approximately 20 per week.',
    'Repaired approximately 20 bicycles per week.',
  ],
  [
    'Looked after three children, including help with homework.',
    'Cared for three children, including help with homework.',
  ],
  [
    'Supported the team leader with the planning of shifts.',
    'Supported the team leader in planning shifts.',
  ],
  ['In my role I coordinated deliveries to 14 shops.', 'Coordinated deliveries to 14 shops.'],
  [
    'Successfully closed 35 deals in 2022, worth 1.2 million euros in total.',
    'Closed 35 deals worth a total of €1.2 million in 2022.',
  ],
  [
    'Planned and also led weekly yoga classes for 15 people.',
    'Planned and led weekly yoga classes for 15 people.',
  ],
  [
    'Created dashboards in Tableau for the finance department.',
    'Created Tableau dashboards for the finance department.',
  ],
  [
    'Implemented a new intake form that shortened waiting times by 15 minutes.',
    'Implemented a new intake form, shortening waiting times by 15 minutes.',
  ],
  [
    'Conducted training for 60 employees on data protection.',
    'Trained 60 employees on data protection.',
  ],
  [
    'Drove a delivery van and was loading and unloading goods.',
    'Drove a delivery van and loaded and unloaded goods.',
  ],
  [
    'Worked in a team of four people on the restoration of old furniture.',
    'Worked in a team of four on the restoration of old furniture.',
  ],
  [
    'Sold tickets at the museum and gave information to visitors.',
    'Sold museum tickets and informed visitors.',
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
