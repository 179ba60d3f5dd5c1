/**
 * Skills, tools and methods that recruiters search for, in the spelling they are listed under.
 * Chosen from the skill sections of the fixtures and from job postings of common professions. A term
 * that is missing is still found in a posting by its form (`FooSQL`, `XYZ`) and where a list of requirements names it.
 */
const list = `
JavaScript;TypeScript;Python;Java;C++;C#;C;Go;Golang;Rust;Ruby;PHP;Swift;Kotlin;Scala;R;MATLAB;Perl;Bash;PowerShell;SQL;PL/SQL;T-SQL;HTML;CSS;Sass;Dart;Elixir;Haskell;VBA;COBOL;ABAP;Groovy;Objective-C
React;React Native;Angular;Vue;Vue.js;Svelte;Next.js;Node.js;Express;NestJS;Django;Flask;FastAPI;Spring;Spring Boot;Ruby on Rails;Rails;Laravel;Symfony;.NET;ASP.NET;jQuery;Redux;Tailwind;Bootstrap;Flutter;Electron;GraphQL;REST;REST API;REST APIs;gRPC;WebSockets;OpenAPI;Deno
PostgreSQL;Postgres;MySQL;MariaDB;SQLite;MongoDB;Redis;Elasticsearch;OpenSearch;Cassandra;DynamoDB;Oracle;SQL Server;Snowflake;BigQuery;Redshift;Databricks;Supabase;Firebase;Kafka;RabbitMQ;Spark;Hadoop;Airflow;dbt;Flink;ETL
AWS;Azure;GCP;Google Cloud;Docker;Kubernetes;Helm;Terraform;Ansible;Puppet;Chef;Jenkins;GitHub Actions;GitLab CI;CircleCI;CI/CD;DevOps;SRE;Linux;Unix;Windows Server;Nginx;Prometheus;Grafana;Datadog;Splunk;Serverless;Microservices;Git;GitHub;GitLab;Jira;Confluence;VMware;Active Directory;TCP/IP;DNS;VPN
machine learning;deep learning;data science;data analysis;data engineering;data modeling;data visualization;natural language processing;NLP;computer vision;PyTorch;TensorFlow;scikit-learn;Pandas;NumPy;Tableau;Power BI;Looker;Excel;statistics;A/B testing;predictive modeling;LLM;business intelligence;big data;Datenanalyse;maschinelles Lernen;Statistik
Jest;Vitest;Cypress;Playwright;Selenium;JUnit;pytest;unit testing;integration testing;test automation;automated testing;TDD;BDD;code review;quality assurance;QA;Testautomatisierung;Qualitätssicherung;Qualitätsmanagement
Agile;Scrum;Kanban;Lean;Six Sigma;SAFe;project management;product management;stakeholder management;change management;risk management;requirements engineering;business analysis;PRINCE2;PMP;ITIL;OKR;Projektmanagement;Produktmanagement;Anforderungsanalyse;Prozessoptimierung;Prozessmanagement;process improvement;Change-Management;Risikomanagement
information security;cybersecurity;penetration testing;OWASP;OAuth;SAML;SSO;IAM;encryption;GDPR;DSGVO;ISO 27001;SOC 2;HIPAA;PCI DSS;IT-Sicherheit;Datenschutz;incident response;threat modeling
Figma;Sketch;Adobe XD;Photoshop;Illustrator;InDesign;UX;UI;UX design;UI design;user research;usability testing;wireframing;prototyping;design systems;accessibility;WCAG;Premiere Pro;After Effects;typography;branding
SEO;SEM;Google Analytics;Google Ads;content marketing;email marketing;social media;marketing automation;HubSpot;Salesforce;CRM;copywriting;market research;lead generation;campaign management;Marktforschung;Mailchimp;WordPress;Shopify;e-commerce;brand management;Suchmaschinenoptimierung
SAP;SAP TM;SAP MM;SAP SD;SAP EWM;SAP S/4HANA;SAP FI;SAP CO;ERP;DATEV;QuickBooks;Xero;bookkeeping;accounts payable;accounts receivable;financial reporting;financial modeling;budgeting;forecasting;controlling;auditing;tax;IFRS;GAAP;HGB;payroll;Buchhaltung;Finanzbuchhaltung;Lohnbuchhaltung;Kostenrechnung;Jahresabschluss;Rechnungswesen;invoicing;reconciliation
B2B;B2C;account management;key account management;negotiation;cold calling;customer service;customer success;customer support;technical support;Zendesk;Kundenbetreuung;Kundenservice;Vertrieb;Akquise;Außendienst;Innendienst;point of sale;POS;inventory management;merchandising;cash handling
logistics;supply chain;supply chain management;procurement;warehouse management;forklift;Logistik;Einkauf;Lagerverwaltung;Disposition;Gabelstapler;Staplerschein;Beschaffung;transport planning;demand planning
patient care;medication administration;wound care;triage;electronic health records;EHR;EMR;Epic;CPR;first aid;BLS;ACLS;vital signs;phlebotomy;infection control;care planning;Grundpflege;Behandlungspflege;Wundversorgung;Pflegedokumentation;Erste Hilfe;Hygiene;Pflegeplanung;clinical trials;GCP
lesson planning;classroom management;curriculum development;special education;e-learning;Moodle;Unterrichtsplanung;Didaktik;instructional design
recruiting;talent acquisition;onboarding;performance management;HRIS;Workday;Personalwesen;Personalentwicklung;Personalbeschaffung;employee relations;labor law;Arbeitsrecht;Lohnabrechnung;training
AutoCAD;SolidWorks;CATIA;Revit;BIM;CAD;CNC;PLC;SPS;Siemens NX;ANSYS;FEM;GD&T;3D printing;welding;lean manufacturing;preventive maintenance;Instandhaltung;Elektrotechnik;Maschinenbau;Mechatronik;Konstruktion;embedded systems;Simulink;LabVIEW;FMEA;Kaizen;5S;HACCP;food safety
contract law;legal research;compliance;due diligence;litigation;contract management;Vertragsrecht;Vertragsmanagement;technical writing;grant writing;editing;proofreading;translation;Microsoft Office;MS Office;PowerPoint;Word;Outlook;SharePoint;Google Workspace;data entry;event planning;Veranstaltungsplanung;Terminplanung;Englisch;Deutsch;English;German;French;Spanish
`

export const skillTerms: readonly string[] = list
  .split(/[;\n]/)
  .map((term) => term.trim())
  .filter(Boolean)

/** One skill under several names, all keys in lower case. */
export const skillAliases: Readonly<Record<string, string>> = {
  golang: 'go',
  postgres: 'postgresql',
  'vue.js': 'vue',
  vuejs: 'vue',
  nodejs: 'node.js',
  node: 'node.js',
  reactjs: 'react',
  'react.js': 'react',
  k8s: 'kubernetes',
  js: 'javascript',
  ts: 'typescript',
  'rest apis': 'rest',
  'rest api': 'rest',
  'google cloud': 'gcp',
  'ci cd': 'ci/cd',
  'microsoft office': 'ms office',
  rails: 'ruby on rails',
  ml: 'machine learning',
  dsgvo: 'gdpr',
  nextjs: 'next.js',
  microservice: 'microservices',
  'amazon web services': 'aws',
  'microsoft excel': 'excel',
  'ms excel': 'excel',
  'a/b tests': 'a/b testing',
  'code reviews': 'code review',
}

/** Terms that are also plain words: they count only in the case given above. */
export const ambiguousTerms: ReadonlySet<string> = new Set([
  'go',
  'c',
  'r',
  'rest',
  'express',
  'spring',
  'swift',
  'rust',
  'chef',
  'puppet',
  'helm',
  'spark',
  'lean',
  'word',
  'excel',
  'outlook',
  'epic',
  'looker',
  'sketch',
  'oracle',
  'flask',
  'dart',
  'rails',
  'node',
  'less',
  'safe',
  'jest',
  'svelte',
  'electron',
  'bootstrap',
  'angular',
  'scala',
  'react',
  'airflow',
  'flutter',
  'redux',
  'ruby',
  'java',
  'unity',
  'agile',
  'hygiene',
  'training',
  'translation',
])
