/**
 * The third batch, of many trades. Written whole before it was known what passes;
 * the rules were widened after its first run. What turned out to change the meaning stands among the attacks.
 */
import type { Honest } from './cases.honest-en.ts'

export const englishThirdBatch: readonly Honest[] = [
  [
    'Responsible for the cleaning of two swimming pools and the sauna.',
    'Cleaned two swimming pools and the sauna.',
  ],
  [
    'Helped to organise a food drive, which collected 900 kg of food.',
    'Helped organise a food drive that collected 900 kg of food.',
  ],
  [
    'I wrote grant applications to three foundations.',
    'Wrote grant applications to three foundations.',
  ],
  [
    'Was in charge of the maintenance of 40 escalators in the metro.',
    'Maintained 40 escalators in the metro.',
  ],
  [
    'Photographed about 60 weddings in the course of five years.',
    'Photographed about 60 weddings over five years.',
  ],
  [
    'Worked together with nurses and doctors on discharge plans.',
    'Collaborated with nurses and doctors on discharge plans.',
  ],
  [
    'Made weekly reports on stock levels for the store manager.',
    'Created weekly reports on stock levels for the store manager.',
  ],
  [
    'Duties included washing cars and checking tyre pressure.',
    'Washed cars and checked tyre pressure.',
  ],
  [
    'Was able to increase membership from 300 to 420 by means of a referral scheme.',
    'Increased membership from 300 to 420 with a referral scheme.',
  ],
  [
    'Gave guided tours of the castle to groups of up to 30 visitors.',
    'Led guided castle tours for groups of up to 30 visitors.',
  ],
  [
    'Set up and maintained 120 laptops for the staff of a school.',
    'Set up and maintained 120 laptops for school staff.',
  ],
  [
    'Various events were planned and carried out, such as concerts and readings.',
    'Planned and carried out various events, such as concerts and readings.',
  ],
  [
    'In this position I answered customer questions by phone and by e-mail.',
    'Answered customer questions by phone and e-mail.',
  ],
  ['My main duty was cutting and sewing of leather bags.', 'Cut and sewed leather bags.'],
  [
    'Trained 12 volunteers in first aid every year.',
    'Trained 12 volunteers in first aid annually.',
  ],
  [
    'Used Excel in order to track the expenses of 5 departments.',
    'Used Excel to track the expenses of 5 departments.',
  ],
  [
    'Performed inspections of kitchens for compliance with hygiene rules.',
    'Inspected kitchens for compliance with hygiene rules.',
  ],
  [
    'Assisted the architect in the preparation of floor plans.',
    'Assisted the architect in preparing floor plans.',
  ],
  [
    'Delivered between 80 and 100 parcels a day by bicycle.',
    'Delivered 80–100 parcels per day by bicycle.',
  ],
  [
    'Introduced a new checklist, and this reduced errors by 30 %.',
    'Introduced a new checklist, reducing errors by 30%.',
  ],
  [
    'Responsible for purchasing raw materials as well as negotiating prices with suppliers.',
    'Purchased raw materials and negotiated prices with suppliers.',
  ],
  [
    'Contributed to the writing of a handbook for interns.',
    'Contributed to writing a handbook for interns.',
  ],
  [
    'Was a member of the works council from 2016 to 2019.',
    'Member of the works council from 2016 to 2019.',
  ],
  [
    'Looked after the garden of the hotel, about 2 hectares.',
    'Maintained the hotel garden (about 2 hectares).',
  ],
  [
    'Developed tests in Python for the billing service.',
    'Developed Python tests for the billing service.',
  ],
  [
    'Handled the payroll of 300 employees every month without errors.',
    'Handled monthly payroll for 300 employees without errors.',
  ],
  [
    'Repaired phones and tablets, 15 devices per day on average.',
    'Repaired an average of 15 phones and tablets per day.',
  ],
  [
    'Coordinated the work of 6 subcontractors during the renovation.',
    'Coordinated 6 subcontractors during the renovation.',
  ],
  [
    'Compiled statistics on accidents at work for the management.',
    'Compiled workplace accident statistics for management.',
  ],
  [
    'Operated a crane and also a forklift on building sites.',
    'Operated a crane and a forklift on building sites.',
  ],
  [
    'Took orders, served food and was also responsible for the cash register.',
    'Took orders, served food and handled the cash register.',
  ],
  [
    'Edited and proofread articles before publication, about 25 per month.',
    'Edited and proofread about 25 articles per month before publication.',
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
