/**
 * Honest rewrites in four batches, as a model proposes them for English lines. Each batch was written whole
 * before it was known what passes; the rules were widened after each first run, so none is unseen any
 * more. Cases that turned out to change the meaning stand among the attacks, with the reason. The first takes its lines from the fixture resumes, the others are of many trades.
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
