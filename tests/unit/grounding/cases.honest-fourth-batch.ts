/**
 * The fourth batch, of many trades. Written whole before it was known what passes;
 * the rules were widened after its first run. What turned out to change the meaning stands among the attacks.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishFourthBatch: readonly Honest[] = [
  ['Was responsible for the repair of 200 school desks.', 'Repaired 200 school desks.'],
  [
    'I translated contracts from French into English for a law firm.',
    'Translated contracts from French into English for a law firm.',
  ],
  [
    'Helped colleagues to use the new accounting software.',
    'Helped colleagues use the new accounting software.',
  ],
  [
    'Tasks included sorting mail and answering the telephone.',
    'Sorted mail and answered the telephone.',
  ],
  [
    'Organised four blood drives, which brought in 350 donations.',
    'Organised four blood drives that brought in 350 donations.',
  ],
  ['Conducted a survey of 700 commuters in the year 2018.', 'Surveyed 700 commuters in 2018.'],
  [
    'Was involved in the testing of brake systems for trams.',
    'Participated in testing brake systems for trams.',
  ],
  [
    'Worked as a tutor for mathematics and also for chemistry.',
    'Worked as a tutor for mathematics and chemistry.',
  ],
  [
    'Managed to cut the delivery time from 6 days to 4 days.',
    'Cut delivery time from 6 to 4 days.',
  ],
  ['The shop window was redesigned by me every month.', 'Redesigned the shop window monthly.'],
  [
    'My tasks were watering plants, mowing lawns and trimming hedges.',
    'Watered plants, mowed lawns and trimmed hedges.',
  ],
  [
    'Supported the head chef with the ordering of ingredients.',
    'Supported the head chef in ordering ingredients.',
  ],
  ['Built a website for the local football club.', 'Built the local football club website.'],
  [
    'Carried out safety inspections on 18 construction sites.',
    'Performed safety inspections on 18 construction sites.',
  ],
  ['Provided training to 45 sales assistants.', 'Trained 45 sales assistants.'],
  ['Basically I managed the whole office on my own.', 'Managed the whole office on my own.'],
  ['Processed insurance claims, around 30 a day.', 'Processed around 30 insurance claims per day.'],
  [
    'Did the bookkeeping for two small restaurants.',
    'Handled bookkeeping for two small restaurants.',
  ],
  [
    'Developed a spreadsheet which saves 5 hours per week.',
    'Developed a spreadsheet saving 5 hours per week.',
  ],
  ['Was the contact person for 30 suppliers.', 'Contact person for 30 suppliers.'],
  [
    'Responsible for planning and carrying out field trips for students.',
    'Planned and carried out field trips for students.',
  ],
  ['Made use of SQL for the analysis of customer data.', 'Used SQL to analyze customer data.'],
  [
    'Monitored the temperature of the cold room every day.',
    'Monitored the cold room temperature daily.',
  ],
  [
    'Increased sales by 18 percent through better product displays.',
    'Increased sales by 18% through better product displays.',
  ],
  ['Replaced paper forms by an online form.', 'Replaced paper forms with an online form.'],
  ['Assisted with research about sleep disorders.', 'Assisted with research on sleep disorders.'],
  [
    'Had responsibility for opening and closing the gym.',
    'Responsible for opening and closing the gym.',
  ],
  [
    'Scheduled 10 to 12 shifts a week and ordered uniforms.',
    'Scheduled 10–12 shifts per week and ordered uniforms.',
  ],
  [
    'Wrote press releases, blog posts and also speeches for the mayor.',
    'Wrote press releases, blog posts and speeches for the mayor.',
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
