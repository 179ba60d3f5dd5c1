/** Honest rewrites in English, as a careful editor or a model proposes them. */
export type Honest = readonly [line: string, replacement: string]

export const englishHonest: Readonly<Record<string, readonly Honest[]>> = {
  'weak opening': [
    ['Was responsible for managing a team of 5', 'Managed a team of 5'],
    ['Responsible for maintaining 12 internal services', 'Maintained 12 internal services'],
    [
      'Was in charge of coordinating the weekly staff meeting',
      'Coordinated the weekly staff meeting',
    ],
    [
      'My duties included answering customer emails and processing refunds',
      'Answered customer emails and processed refunds',
    ],
    [
      'Responsible for the management of three regional warehouses',
      'Managed three regional warehouses',
    ],
    ['I was responsible for training new cashiers', 'Trained new cashiers'],
    ['Responsibilities included scheduling shifts for 20 nurses', 'Scheduled shifts for 20 nurses'],
    [
      'Was responsible for the development of a booking system in Django',
      'Developed a booking system in Django',
    ],
    ['Responsible for payroll of 80 employees', 'Handled payroll of 80 employees'],
    [
      'Was responsible for the planning and execution of two trade fairs',
      'Planned and executed two trade fairs',
    ],
    ['Was able to reduce waste by 15%', 'Reduced waste by 15%'],
    ['Managed to increase newsletter sign-ups by 25%', 'Increased newsletter sign-ups by 25%'],
    [
      'Was involved in the testing of the mobile app',
      'Participated in the testing of the mobile app',
    ],
  ],
  'weak verb kept weak': [
    ['Helped to improve the onboarding process', 'Helped improve the onboarding process'],
    ['Assisted in the preparation of monthly reports', 'Helped prepare monthly reports'],
    [
      'Provided support to the sales team during quarterly closings',
      'Supported the sales team during quarterly closings',
    ],
    [
      'Was involved in the migration of 20 databases to PostgreSQL',
      'Participated in the migration of 20 databases to PostgreSQL',
    ],
    [
      'Took part in the design of a loyalty program',
      'Participated in the design of a loyalty program',
    ],
    [
      'I helped the team lead with planning the sprints',
      'Helped the team lead with planning the sprints',
    ],
    [
      'Worked together with the marketing department on two campaigns',
      'Collaborated with the marketing department on two campaigns',
    ],
  ],
  'filler dropped': [
    ['Successfully implemented a new CRM system', 'Implemented a new CRM system'],
    ['Effectively managed various client accounts', 'Managed client accounts'],
    ['Really improved the very slow report generation', 'Improved the slow report generation'],
    ['Carried out a number of audits for a variety of suppliers', 'Performed audits for suppliers'],
    ['Personally trained 6 apprentices', 'Trained 6 apprentices'],
    ['I designed and built an inventory tool', 'Designed and built an inventory tool'],
    ['Developed many different dashboards in Tableau', 'Developed dashboards in Tableau'],
    ['Proactively monitored 40 servers with Prometheus', 'Monitored 40 servers with Prometheus'],
    ['Actively participated in code reviews', 'Participated in code reviews'],
    ['Consistently achieved all sales targets', 'Achieved all sales targets'],
  ],
  'wordy phrase tightened': [
    ['Introduced a checklist in order to reduce errors', 'Introduced a checklist to reduce errors'],
    ['Handled phone calls on a daily basis', 'Handled daily phone calls'],
    ['Built the website by using React and Node.js', 'Built the website using React and Node.js'],
    ['Set up servers via Ansible', 'Set up servers with Ansible'],
    ['Took care of 8 patients per shift', 'Handled 8 patients per shift'],
    ['Made sure that deliveries arrived on time', 'Ensured that deliveries arrived on time'],
    ['Made use of SQL to analyze churn', 'Used SQL to analyze churn'],
    ['Dealt with customer complaints', 'Handled customer complaints'],
    ['Wrote documentation as well as tutorials', 'Wrote documentation and tutorials'],
    ['Utilized Excel to track stock levels', 'Used Excel to track stock levels'],
    ['Conducted an analysis of 300 survey responses', 'Analyzed 300 survey responses'],
    ['Provided training to 15 new employees', 'Trained 15 new employees'],
    [
      'Maintained scripts that were used by three departments',
      'Maintained scripts used by three departments',
    ],
    ['Performed testing of the payment gateway', 'Tested the payment gateway'],
  ],
  'passive to active': [
    ['A new ticketing system was introduced by me', 'Introduced a new ticketing system'],
    ['The order process was automated with Python', 'Automated the order process with Python'],
    ['Monthly reports were prepared for the board', 'Prepared monthly reports for the board'],
    ['The API was redesigned to support pagination', 'Redesigned the API to support pagination'],
    ['Five interns were supervised during the summer', 'Supervised five interns during the summer'],
    ['Was promoted to shift lead in 2019', 'Promoted to shift lead in 2019'],
  ],
  'stronger but equal verb': [
    ['Made a dashboard for the support team', 'Created a dashboard for the support team'],
    ['Fixed 120 bugs in the checkout', 'Resolved 120 bugs in the checkout'],
    ['Lowered energy costs by 8%', 'Reduced energy costs by 8%'],
    ['Checked incoming goods', 'Verified incoming goods'],
    ['Gave weekly presentations to stakeholders', 'Provided weekly presentations to stakeholders'],
    ['Got a grant of $50,000', 'Obtained a grant of $50,000'],
    ['Hired and trained 4 baristas', 'Recruited and trained 4 baristas'],
    ['Found security issues in the login flow', 'Identified security issues in the login flow'],
  ],
  'result first and effects': [
    [
      'Introduced automated tests, which reduced regressions by 30%',
      'Reduced regressions by 30% by introducing automated tests',
    ],
    [
      'Introduced caching, reducing page load time by 45%',
      'Reduced page load time by 45% by introducing caching',
    ],
    [
      'Reduced build times by 40% by migrating to Bazel',
      'Migrated to Bazel, reducing build times by 40%',
    ],
    [
      'Automated invoice entry, which saved 10 hours per week',
      'Automated invoice entry, saving 10 hours per week',
    ],
    [
      'Renegotiated supplier contracts, which cut costs by 12%',
      'Cut costs by 12% by renegotiating supplier contracts',
    ],
    [
      'Redesigned the warehouse layout, resulting in a 20% reduction in picking time',
      'Redesigned the warehouse layout, reducing picking time by 20%',
    ],
    ['Achieved a 15% increase in sales', 'Increased sales by 15%'],
    [
      'Wrote runbooks, which improved the response time',
      'Improved the response time by writing runbooks',
    ],
  ],
  'number in another spelling': [
    ['Led a team of five engineers', 'Led a team of 5 engineers'],
    ['Grew the mailing list to 2,000 subscribers', 'Grew the mailing list to 2k subscribers'],
    ['Reduced costs by 20 percent', 'Reduced costs by 20%'],
    ['Managed a budget of 1.5 million dollars', 'Managed a budget of $1.5M'],
    ['Taught more than 300 students', 'Taught over 300 students'],
    ['Served approximately 90 guests per evening', 'Served about 90 guests per evening'],
  ],
  'grammar and word order': [
    ['Managed the backup of databases', 'Managed the database backup'],
    ['Led a team of 5 engineers', 'Led a 5-engineer team'],
    ['Organising of weekly trainings for staff', 'Organized weekly trainings for staff'],
    [
      'managed the front desk of a hotel with 120 rooms',
      'Managed the front desk of a hotel with 120 rooms',
    ],
    ['Have written unit tests for the billing service', 'Wrote unit tests for the billing service'],
    ['Was managing two interns', 'Managed two interns'],
    ['Design and implementation of a REST API in Go', 'Designed and implemented a REST API in Go'],
    [
      'Management of the social media accounts of the company',
      'Managed the social media accounts of the company',
    ],
    [
      'Optimised SQL queries and reduced response times by half.',
      'Optimized SQL queries and reduced response times by half.',
    ],
    [
      'Developed the backend; wrote the API documentation',
      'Developed the backend and wrote the API documentation',
    ],
    ['Teaching mathematics to grades 5 to 9', 'Taught mathematics to grades 5 to 9'],
  ],
}
