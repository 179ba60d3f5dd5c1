/**
 * A sixth batch, written whole before the rules were read again. At first sight 37 of 64 English and 30 of 42
 * German were refused. One of the English ones turned out to change the meaning and stands among the
 * attacks; the rules were widened after that run.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishSixthBatch: readonly Honest[] = [
  [
    'I was responsible for administering medication to 24 patients per shift.',
    'Administered medication to 24 patients per shift.',
  ],
  [
    'Duties included welding pipes according to ISO 3834 and inspecting the seams.',
    'Welded pipes to ISO 3834 and inspected the seams.',
  ],
  [
    'Was responsible for teaching mathematics to pupils in grades 7 to 10.',
    'Taught mathematics to pupils in grades 7 to 10.',
  ],
  [
    'I was in charge of a sales territory with 85 customers.',
    'Was in charge of a sales territory of 85 customers.',
  ],
  [
    'My daily work consisted of picking, packing and shipping orders.',
    'Picked, packed and shipped orders daily.',
  ],
  [
    'Contracts for commercial leases were drafted and reviewed by me.',
    'Drafted and reviewed commercial lease contracts.',
  ],
  [
    'I did the preparation of cold starters and desserts for banquets of up to 200 guests.',
    'Prepared cold starters and desserts for banquets of up to 200 guests.',
  ],
  [
    'Built data pipelines that load 2 TB of data every day from 14 sources.',
    'Built data pipelines loading 2 TB of data daily from 14 sources.',
  ],
  [
    'During my apprenticeship I learned how to operate CNC lathes.',
    'Learned to operate CNC lathes during apprenticeship.',
  ],
  [
    'I was tasked with processing applications for housing benefit.',
    'Processed applications for housing benefit.',
  ],
  [
    'Had responsibility for the stock of the pharmacy and for ordering medicines.',
    "Responsible for the pharmacy's stock and for ordering medicines.",
  ],
  [
    'Helped to unload trucks and helped to sort the returned goods.',
    'Helped unload trucks and sort returned goods.',
  ],
  [
    'In this position I answered approximately 60 calls per day.',
    'Answered approximately 60 calls per day.',
  ],
  [
    'Was involved in the planning of the annual fundraising gala.',
    'Involved in planning the annual fundraising gala.',
  ],
  [
    'Wrote weekly reports about the progress of the construction works for the client.',
    'Wrote weekly construction progress reports for the client.',
  ],
  [
    'A new filing system was introduced by our team, which reduced search times by 30%.',
    'Our team introduced a new filing system, reducing search times by 30%.',
  ],
  [
    'Responsible for the maintenance and repair of 45 forklift trucks.',
    'Maintained and repaired 45 forklift trucks.',
  ],
  [
    'I supervised 6 volunteers who were distributing meals to the homeless.',
    'Supervised 6 volunteers distributing meals to the homeless.',
  ],
  [
    'Carried out the monthly inventory of the warehouse together with two colleagues.',
    'Carried out the monthly warehouse inventory with two colleagues.',
  ],
  [
    'My responsibilities were opening the shop, counting the till and placing orders with suppliers.',
    'Opened the shop, counted the till and placed orders with suppliers.',
  ],
  [
    'I took blood samples and I measured the vital signs of patients.',
    "Took blood samples and measured patients' vital signs.",
  ],
  [
    'Was the contact person for suppliers from Italy and Spain.',
    'Contact person for suppliers from Italy and Spain.',
  ],
  [
    'Gave lessons in German to groups of 8 to 12 adults.',
    'Taught German to groups of 8 to 12 adults.',
  ],
  [
    'Worked on the development of a dashboard in Power BI showing sales by region.',
    'Worked on developing a Power BI dashboard showing sales by region.',
  ],
  [
    'Made sure that all of the kitchen equipment was cleaned after each shift.',
    'Ensured all kitchen equipment was cleaned after each shift.',
  ],
  [
    'I was given the task of checking incoming invoices and booking them in DATEV.',
    'Checked incoming invoices and booked them in DATEV.',
  ],
  [
    'Due to my suggestion, the packaging line was rearranged.',
    'Suggested the rearrangement of the packaging line.',
  ],
  ['Looked after 12 children aged between 3 and 6 years.', 'Looked after 12 children aged 3 to 6.'],
  [
    'Successfully completed the apprenticeship as an electrician in 2018.',
    'Completed the electrician apprenticeship in 2018.',
  ],
  ['Also did the scheduling of shifts for 18 employees.', 'Scheduled shifts for 18 employees.'],
  ['Was able to reduce the error rate from 4% to 1.5%.', 'Reduced the error rate from 4% to 1.5%.'],
  [
    'Used SQL and Python in order to analyse customer data.',
    'Analysed customer data using SQL and Python.',
  ],
  [
    'Performed the installation of photovoltaic systems on the roofs of private houses.',
    'Installed photovoltaic systems on roofs of private houses.',
  ],
  [
    'Various tasks in the back office such as filing, scanning and data entry.',
    'Back office tasks such as filing, scanning and data entry.',
  ],
  [
    'I advised clients on mortgage loans and prepared the loan documents for them.',
    'Advised clients on mortgage loans and prepared their loan documents.',
  ],
  [
    'The migration of 30 servers to Azure was done by a team of four, which I was a member of.',
    'Member of a team of four that migrated 30 servers to Azure.',
  ],
  [
    'Handling of customer complaints by telephone and email.',
    'Handled customer complaints by telephone and email.',
  ],
  [
    'Responsible for preparing the pleadings in civil cases and for corresponding with the courts.',
    'Prepared pleadings in civil cases and corresponded with the courts.',
  ],
  ['I acted as a mentor for two junior developers.', 'Mentored two junior developers.'],
  [
    'Cut hair and coloured hair for around 10 customers per day.',
    'Cut and coloured hair for around 10 customers a day.',
  ],
  [
    'Took part in the weekly meetings with the architects and wrote the minutes.',
    'Took part in weekly meetings with architects and wrote the minutes.',
  ],
  [
    'Was elected as the representative of the apprentices in 2020.',
    "Elected apprentices' representative in 2020.",
  ],
  [
    'Did research on soil erosion in the Alps, and published two papers on it.',
    'Researched soil erosion in the Alps and published two papers on it.',
  ],
  [
    'I have experience in programming PLC controllers from Siemens.',
    'Experienced in programming Siemens PLC controllers.',
  ],
  [
    'Together with the marketing department I organised 3 trade fairs per year.',
    'Organised 3 trade fairs per year with the marketing department.',
  ],
  [
    'Set up a new onboarding process for employees, which is now used by 5 departments.',
    'Set up a new employee onboarding process now used by 5 departments.',
  ],
  [
    'Duties: cleaning of patient rooms, changing of bed linen, serving of meals.',
    'Cleaned patient rooms, changed bed linen and served meals.',
  ],
  [
    'I was the one who wrote the monthly newsletter, which was sent to 3,000 subscribers.',
    'Wrote the monthly newsletter sent to 3,000 subscribers.',
  ],
  [
    'Provided technical support to users, mainly by telephone.',
    'Supported users technically, mainly by telephone.',
  ],
  [
    'Translated contracts from French into English and from English into French.',
    'Translated contracts from French into English and vice versa.',
  ],
  [
    'The number of complaints was reduced by 15% through better training of the staff.',
    'Reduced the number of complaints by 15% through better staff training.',
  ],
  ['Currently I am studying for the CPA exam.', 'Currently studying for the CPA exam.'],
  [
    'Was responsible for the planning and the coordination of the deliveries to 22 branches.',
    'Planned and coordinated deliveries to 22 branches.',
  ],
  [
    'I planted trees and shrubs and laid lawns in private gardens.',
    'Planted trees and shrubs and laid lawns in private gardens.',
  ],
  [
    'Assisted the dentist during treatments and sterilised the instruments afterwards.',
    'Assisted the dentist during treatments, then sterilised the instruments.',
  ],
  [
    'Wrote unit tests for the payment module and thereby raised the code coverage to 90%.',
    'Raised code coverage to 90% by writing unit tests for the payment module.',
  ],
  [
    'Controlled tickets and helped travellers who had questions.',
    'Checked tickets and helped travellers with questions.',
  ],
  [
    'My tasks were the recording of incoming mail and its distribution to the departments.',
    'Recorded incoming mail and distributed it to the departments.',
  ],
  [
    'Was working as a receptionist in a hotel with 120 rooms.',
    'Worked as a receptionist in a 120-room hotel.',
  ],
  ['I am responsible for a budget of €250,000.', 'Responsible for a €250,000 budget.'],
  [
    'Responsible for the calibration of measuring instruments in accordance with DIN EN ISO 17025.',
    'Calibrated measuring instruments in accordance with DIN EN ISO 17025.',
  ],
  [
    'Conducted safety briefings for new workers on a regular basis.',
    'Regularly conducted safety briefings for new workers.',
  ],
  [
    'Did the bookkeeping for three small companies using Lexware.',
    'Kept the books of three small companies using Lexware.',
  ],
]

export const germanSixthBatch: readonly Honest[] = [
  [
    'Ich war verantwortlich für die Verabreichung von Medikamenten an 24 Patienten pro Schicht.',
    'Verabreichte Medikamente an 24 Patienten pro Schicht.',
  ],
  [
    'Zu meinen Aufgaben gehörte das Schweißen von Rohren nach ISO 3834 und die Prüfung der Nähte.',
    'Schweißte Rohre nach ISO 3834 und prüfte die Nähte.',
  ],
  [
    'War für den Unterricht in Mathematik in den Klassen 7 bis 10 zuständig.',
    'Zuständig für den Mathematikunterricht in den Klassen 7 bis 10.',
  ],
  [
    'Ich betreute ein Verkaufsgebiet, das 85 Kunden umfasste.',
    'Betreute ein Verkaufsgebiet mit 85 Kunden.',
  ],
  [
    'Meine Tätigkeit umfasste das Kommissionieren, Verpacken und Versenden von Bestellungen.',
    'Kommissionierte, verpackte und versandte Bestellungen.',
  ],
  [
    'Verträge über Gewerbemieten wurden von mir entworfen und geprüft.',
    'Entwarf und prüfte Gewerbemietverträge.',
  ],
  [
    'Ich habe kalte Vorspeisen und Desserts für Bankette mit bis zu 200 Gästen zubereitet.',
    'Bereitete kalte Vorspeisen und Desserts für Bankette mit bis zu 200 Gästen zu.',
  ],
  [
    'Aufbau von Datenpipelines, welche täglich 2 TB Daten aus 14 Quellen laden.',
    'Baute Datenpipelines auf, die täglich 2 TB Daten aus 14 Quellen laden.',
  ],
  [
    'Während meiner Ausbildung habe ich gelernt, CNC-Drehmaschinen zu bedienen.',
    'Lernte in der Ausbildung, CNC-Drehmaschinen zu bedienen.',
  ],
  [
    'Ich hatte die Aufgabe, Anträge auf Wohngeld zu bearbeiten.',
    'Bearbeitete Anträge auf Wohngeld.',
  ],
  [
    'Half beim Entladen von Lkw und beim Sortieren von Retouren.',
    'Half, Lkw zu entladen und Retouren zu sortieren.',
  ],
  [
    'In dieser Position habe ich rund 60 Anrufe am Tag entgegengenommen.',
    'Nahm täglich rund 60 Anrufe entgegen.',
  ],
  [
    'War in die Planung der jährlichen Spendengala eingebunden.',
    'In die Planung der jährlichen Spendengala eingebunden.',
  ],
  [
    'Erstellen von wöchentlichen Berichten über den Baufortschritt für den Bauherrn.',
    'Erstellte für den Bauherrn wöchentliche Berichte über den Baufortschritt.',
  ],
  [
    'Verantwortlich für die Wartung und die Reparatur von 45 Gabelstaplern.',
    'Wartete und reparierte 45 Gabelstapler.',
  ],
  [
    'Durchführung der monatlichen Inventur im Lager gemeinsam mit zwei Kollegen.',
    'Führte gemeinsam mit zwei Kollegen die monatliche Inventur im Lager durch.',
  ],
  [
    'Meine Aufgaben waren die Öffnung der Filiale, das Zählen der Kasse und die Bestellung bei Lieferanten.',
    'Öffnete die Filiale, zählte die Kasse und bestellte bei Lieferanten.',
  ],
  [
    'Ich nahm Blutproben und ich maß die Vitalwerte der Patienten.',
    'Nahm Blutproben und maß die Vitalwerte der Patienten.',
  ],
  [
    'Ich war Ansprechpartner für Lieferanten aus Italien und Spanien.',
    'Ansprechpartner für Lieferanten aus Italien und Spanien.',
  ],
  [
    'Gab Deutschunterricht für Gruppen von 8 bis 12 Erwachsenen.',
    'Unterrichtete Gruppen von 8 bis 12 Erwachsenen in Deutsch.',
  ],
  [
    'Mitarbeit an der Entwicklung eines Dashboards in Power BI zur Darstellung der Umsätze.',
    'Arbeitete an der Entwicklung eines Power-BI-Dashboards zur Darstellung der Umsätze mit.',
  ],
  [
    'Sorgte dafür, dass alle Küchengeräte nach jeder Schicht gereinigt wurden.',
    'Stellte sicher, dass alle Küchengeräte nach jeder Schicht gereinigt wurden.',
  ],
  [
    'Kontrolle der Eingangsrechnungen und deren Verbuchung in DATEV.',
    'Kontrollierte die Eingangsrechnungen und verbuchte sie in DATEV.',
  ],
  [
    'Betreuung von 12 Kindern im Alter zwischen 3 und 6 Jahren.',
    'Betreute 12 Kinder im Alter von 3 bis 6 Jahren.',
  ],
  [
    'Habe außerdem die Dienstpläne für 18 Mitarbeiter erstellt.',
    'Erstellte Dienstpläne für 18 Mitarbeiter.',
  ],
  [
    'Es gelang mir, die Fehlerquote von 4 % auf 1,5 % zu senken.',
    'Senkte die Fehlerquote von 4 % auf 1,5 %.',
  ],
  [
    'Analysierte Kundendaten unter Verwendung von SQL und Python.',
    'Analysierte Kundendaten mit SQL und Python.',
  ],
  [
    'Installation von Photovoltaikanlagen auf den Dächern von Privathäusern.',
    'Installierte Photovoltaikanlagen auf Dächern von Privathäusern.',
  ],
  [
    'Bearbeitung von Kundenbeschwerden per Telefon sowie per E-Mail.',
    'Bearbeitete Kundenbeschwerden per Telefon und E-Mail.',
  ],
  [
    'Ich wurde mit der Vorbereitung der Schriftsätze in Zivilsachen betraut.',
    'Mit der Vorbereitung der Schriftsätze in Zivilsachen betraut.',
  ],
  [
    'Teilnahme an den wöchentlichen Besprechungen mit den Architekten und Erstellung der Protokolle.',
    'Nahm an den wöchentlichen Besprechungen mit den Architekten teil und erstellte die Protokolle.',
  ],
  [
    'Ich fuhr den Stadtbus auf den Linien 4 und 11 und verkaufte Fahrkarten an Fahrgäste.',
    'Fuhr den Stadtbus auf den Linien 4 und 11 und verkaufte Fahrgästen Fahrkarten.',
  ],
  [
    'Wurde im Jahr 2020 zum Vertreter der Auszubildenden gewählt.',
    '2020 zum Vertreter der Auszubildenden gewählt.',
  ],
  [
    'Gemeinsam mit der Marketingabteilung organisierte ich 3 Messen pro Jahr.',
    'Organisierte gemeinsam mit der Marketingabteilung 3 Messen pro Jahr.',
  ],
  [
    'Reinigung von Patientenzimmern, Wechseln der Bettwäsche, Ausgabe von Mahlzeiten.',
    'Reinigte Patientenzimmer, wechselte die Bettwäsche und gab Mahlzeiten aus.',
  ],
  [
    'Übersetzung von Verträgen aus dem Französischen ins Englische.',
    'Übersetzte Verträge aus dem Französischen ins Englische.',
  ],
  [
    'Derzeit bereite ich mich auf die Meisterprüfung vor.',
    'Bereite mich derzeit auf die Meisterprüfung vor.',
  ],
  [
    'War zuständig für die Planung und Koordination der Lieferungen an 22 Filialen.',
    'Plante und koordinierte die Lieferungen an 22 Filialen.',
  ],
  [
    'Assistenz bei zahnärztlichen Behandlungen und anschließende Sterilisation der Instrumente.',
    'Assistierte bei zahnärztlichen Behandlungen und sterilisierte anschließend die Instrumente.',
  ],
  [
    'Ich war als Rezeptionistin in einem Hotel mit 120 Zimmern tätig.',
    'Rezeptionistin in einem Hotel mit 120 Zimmern.',
  ],
  [
    'Verantwortung für ein Budget in Höhe von 250.000 €.',
    'Verantwortlich für ein Budget von 250.000 €.',
  ],
  [
    'Regelmäßige Durchführung von Sicherheitsunterweisungen für neue Mitarbeiter.',
    'Führte regelmäßig Sicherheitsunterweisungen für neue Mitarbeiter durch.',
  ],
]
