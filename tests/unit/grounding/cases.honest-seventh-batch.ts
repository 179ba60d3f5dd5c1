/**
 * A seventh batch, written whole after the rules had been widened for the sixth, and before it was run. At
 * first sight 15 of 35 English and 7 of 24 German were refused. One of the English ones turned out to change
 * the meaning and stands among the attacks; the rules were widened once more after that run.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishSeventhBatch: readonly Honest[] = [
  [
    'I was responsible for dressing wounds and giving injections on the surgical ward.',
    'Dressed wounds and gave injections on the surgical ward.',
  ],
  [
    'My duties included unloading containers with a forklift.',
    'Unloaded containers with a forklift.',
  ],
  [
    'I assembled gearboxes according to technical drawings.',
    'Assembled gearboxes to technical drawings.',
  ],
  [
    'At the weekly market I sold fruit and vegetables to up to 150 customers.',
    'Sold fruit and vegetables to up to 150 customers at the weekly market.',
  ],
  [
    'Was in charge of marking homework and preparing tests for two classes.',
    'Marked homework and prepared tests for two classes.',
  ],
  [
    'Took care of the booking of flights and hotels for 30 employees.',
    'Booked flights and hotels for 30 employees.',
  ],
  [
    'Tenancy agreements were checked and archived by me.',
    'Checked and archived tenancy agreements.',
  ],
  [
    'I helped my colleagues with the preparation of the annual accounts.',
    'Helped colleagues prepare the annual accounts.',
  ],
  [
    'Was responsible for the baking of bread and rolls during the night shift.',
    'Baked bread and rolls during the night shift.',
  ],
  [
    'I wrote SQL queries in order to find duplicate records.',
    'Wrote SQL queries to find duplicate records.',
  ],
  [
    'Together with an engineer I tested prototypes of pumps.',
    'Tested prototypes of pumps with an engineer.',
  ],
  [
    'In my job I dealt with applications for building permits.',
    'Handled building permit applications.',
  ],
  [
    'Tasks: sorting of letters, franking of parcels and delivery of mail to offices.',
    'Sorted letters, franked parcels and delivered mail to offices.',
  ],
  [
    'I was able to increase the number of members from 120 to 180.',
    'Increased the number of members from 120 to 180.',
  ],
  [
    'Replaced brake pads and I also changed the tyres of about 8 cars per day.',
    'Replaced brake pads and changed the tyres of about 8 cars a day.',
  ],
  [
    'Responsible for the supervision of 25 children during lunch breaks.',
    'Supervised 25 children during lunch breaks.',
  ],
  [
    'Advised customers on the choice of hearing aids and fitted them.',
    'Advised customers on choosing hearing aids and fitted them.',
  ],
  [
    'Had the task of counting the stock at the end of every month.',
    'Counted the stock at the end of every month.',
  ],
  [
    'I worked as a tutor for first-year students in statistics.',
    'Tutored first-year students in statistics.',
  ],
  [
    'Gave legal advice to tenants and represented them in court.',
    'Advised tenants on legal matters and represented them in court.',
  ],
  ['Made 20 to 25 wedding cakes every year.', 'Made 20–25 wedding cakes a year.'],
  [
    'Responsible for the cleaning and for the maintenance of the swimming pool.',
    'Cleaned and maintained the swimming pool.',
  ],
  [
    'Repaired washing machines and dryers at the homes of customers.',
    "Repaired washing machines and dryers at customers' homes.",
  ],
  [
    'The website of the museum was redesigned by me in 2021.',
    "Redesigned the museum's website in 2021.",
  ],
  [
    'I have been working as a translator of technical manuals since 2018.',
    'Working as a translator of technical manuals since 2018.',
  ],
  [
    'Was involved in the drafting of the new municipal statutes.',
    'Involved in drafting the new municipal statutes.',
  ],
  ['I made sure that deliveries arrived on time.', 'Ensured that deliveries arrived on time.'],
  [
    'Performed the monitoring of network traffic using Wireshark.',
    'Monitored network traffic using Wireshark.',
  ],
  [
    'Operated the crane and was responsible for loading ships.',
    'Operated the crane and loaded ships.',
  ],
  [
    'During the season I picked grapes and pruned vines.',
    'Picked grapes and pruned vines during the season.',
  ],
  [
    'Was the assistant of the stage manager in four productions.',
    'Assistant to the stage manager in four productions.',
  ],
  [
    'Answered questions from citizens by phone and by email.',
    "Answered citizens' questions by phone and email.",
  ],
  [
    'Introduced a checklist which shortened the handover by 10 minutes.',
    'Introduced a checklist, shortening the handover by 10 minutes.',
  ],
  [
    'I was a member of the team which built the data warehouse in Snowflake.',
    'Member of the team that built the Snowflake data warehouse.',
  ],
]

export const germanSeventhBatch: readonly Honest[] = [
  [
    'Ich war verantwortlich für das Verbinden von Wunden und das Geben von Injektionen.',
    'Verband Wunden und gab Injektionen.',
  ],
  [
    'Zu meinen Aufgaben gehörte das Entladen von Containern mit dem Gabelstapler.',
    'Entlud Container mit dem Gabelstapler.',
  ],
  [
    'Auf dem Wochenmarkt verkaufte ich Obst und Gemüse.',
    'Verkaufte Obst und Gemüse auf dem Wochenmarkt.',
  ],
  [
    'War zuständig für die Korrektur von Hausaufgaben und die Vorbereitung von Tests.',
    'Korrigierte Hausaufgaben und bereitete Tests vor.',
  ],
  [
    'Ich habe Flüge und Hotels für 30 Mitarbeiter gebucht.',
    'Buchte Flüge und Hotels für 30 Mitarbeiter.',
  ],
  ['Mietverträge wurden von mir geprüft und archiviert.', 'Prüfte und archivierte Mietverträge.'],
  [
    'Unterstützung der Kollegen bei der Vorbereitung des Jahresabschlusses.',
    'Unterstützte die Kollegen bei der Vorbereitung des Jahresabschlusses.',
  ],
  [
    'Meine Aufgabe war das Backen von Brot und Brötchen in der Nachtschicht.',
    'Backte Brot und Brötchen in der Nachtschicht.',
  ],
  [
    'Schreiben von SQL-Abfragen zur Suche nach doppelten Datensätzen.',
    'Schrieb SQL-Abfragen zur Suche nach doppelten Datensätzen.',
  ],
  [
    'Zusammen mit einem Ingenieur testete ich Prototypen von Pumpen.',
    'Testete zusammen mit einem Ingenieur Prototypen von Pumpen.',
  ],
  [
    'Ich wurde in der Bedienung von Fräsmaschinen geschult.',
    'In der Bedienung von Fräsmaschinen geschult.',
  ],
  ['In dieser Funktion bearbeitete ich Bauanträge.', 'Bearbeitete Bauanträge.'],
  [
    'Sortierung von Briefen, Frankierung von Paketen und Zustellung der Post.',
    'Sortierte Briefe, frankierte Pakete und stellte die Post zu.',
  ],
  [
    'Ich konnte die Mitgliederzahl von 120 auf 180 erhöhen.',
    'Erhöhte die Mitgliederzahl von 120 auf 180.',
  ],
  [
    'Betreuung von 25 Kindern während der Mittagspause.',
    'Betreute während der Mittagspause 25 Kinder.',
  ],
  [
    'Ich war als Tutor für Studierende im Fach Statistik tätig.',
    'Tutor für Studierende im Fach Statistik.',
  ],
  ['Reinigung sowie Wartung des Schwimmbads.', 'Reinigte und wartete das Schwimmbad.'],
  [
    'Durchführung von Reparaturen an Waschmaschinen bei Kunden zu Hause.',
    'Führte Reparaturen an Waschmaschinen bei Kunden zu Hause durch.',
  ],
  [
    'Die Webseite des Museums wurde 2021 von mir neu gestaltet.',
    'Gestaltete 2021 die Webseite des Museums neu.',
  ],
  [
    'War an der Ausarbeitung der neuen Satzung beteiligt.',
    'Beteiligt an der Ausarbeitung der neuen Satzung.',
  ],
  ['Ich hatte die Aufgabe, Kunden am Empfang zu betreuen.', 'Betreute Kunden am Empfang.'],
  [
    'Überwachung des Netzwerkverkehrs mithilfe von Wireshark.',
    'Überwachte den Netzwerkverkehr mit Wireshark.',
  ],
  [
    'Beantwortung von Fragen der Bürger am Telefon und per E-Mail.',
    'Beantwortete Fragen der Bürger am Telefon und per E-Mail.',
  ],
  [
    'Ich war Mitglied des Teams, welches das Data Warehouse aufgebaut hat.',
    'Mitglied des Teams, das das Data Warehouse aufgebaut hat.',
  ],
]
