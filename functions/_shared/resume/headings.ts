/**
 * Names under which resumes file their sections, by language: the usual ones of templates and career
 * guides. Compared in lower case, without signs.
 */
import type { Language, SectionKind } from './resume.ts'

type Names = Partial<Record<SectionKind, string>>

export const headingNames: Readonly<Record<Exclude<Language, 'simple'>, Names>> = {
  en: {
    contact:
      'contact;contact details;contact information;personal details;personal information;personal data',
    summary:
      'summary;profile;professional summary;executive summary;career summary;about;about me;objective;research interests;career objective;professional profile;personal statement;summary of qualifications;overview;introduction',
    experience:
      'experience;work experience;professional experience;employment;employment history;work history;career history;relevant experience;career;professional background;positions;clinical experience;teaching experience;industry experience;research experience;internships;internship;military service;academic positions;academic appointments;academic experience;other experience;additional experience;further experience',
    education:
      'education;education and training;academic background;academic qualifications;studies;qualifications;educational background;training;education and qualifications;qualifications and education;education and certifications',
    projects:
      'projects;personal projects;selected projects;key projects;side projects;academic projects;open source;portfolio',
    skills:
      'skills;technical skills;key skills;core skills;skills and tools;core competencies;competencies;technologies;technical expertise;expertise;areas of expertise;tools;tech stack;professional skills;skills and abilities;hard skills;soft skills;it skills;computer skills;skills and interests;skills summary;technical proficiencies;skills and technologies',
    certifications:
      'certifications;certificates;licenses;licences;licenses and certifications;certifications and licenses;certification;courses;courses and certifications;professional development;training and certifications;certifications and training;continuing education',
    languages: 'languages;language skills',
    publications:
      'publications;papers;patents;publications and talks;talks;selected publications;conferences;invited talks;conference talks;presentations',
    awards:
      'awards;honors;honours;honors and awards;awards and honors;achievements;accomplishments;scholarships;awards and achievements;key achievements;grants;grants and awards;fellowships',
    volunteering:
      'volunteering;volunteer experience;volunteer work;community service;voluntary work;community involvement;extracurricular activities;activities;leadership and activities;outreach;service;professional service',
    interests: 'interests;hobbies;hobbies and interests;interests and hobbies',
    references: 'references;referees',
    other:
      'additional information;miscellaneous;other;further information;memberships;affiliations;professional affiliations;professional memberships;teaching',
  },
  de: {
    contact:
      'kontakt;kontaktdaten;persönliche daten;persönliche angaben;zur person;personalien;anschrift',
    summary:
      'profil;kurzprofil;zusammenfassung;über mich;berufsprofil;kurzvorstellung;persönliches profil;berufsziel',
    experience:
      'berufserfahrung;beruflicher werdegang;berufliche erfahrung;berufspraxis;werdegang;praktische erfahrung;praxiserfahrung;beruflicher hintergrund;praktika;praktikum;berufliche tätigkeiten;beruflicher lebenslauf;berufliche stationen;sonstige berufserfahrung;arbeitserfahrung;nebentätigkeiten',
    education:
      'ausbildung;aus- und weiterbildung;bildung;bildungsweg;studium;schulbildung;akademische ausbildung;ausbildung und studium;studium und ausbildung;schulische ausbildung;berufsausbildung;akademischer werdegang;bildungsgang;schule',
    projects: 'projekte;ausgewählte projekte;eigene projekte;projekterfahrung;projektliste',
    skills:
      'kenntnisse;fähigkeiten;kompetenzen;edv-kenntnisse;it-kenntnisse;kenntnisse und fähigkeiten;fähigkeiten und kenntnisse;fachkenntnisse;technische kenntnisse;qualifikationen;besondere kenntnisse;kernkompetenzen;weitere kenntnisse;schwerpunkte;technologien;softwarekenntnisse;edv;fachliche kompetenzen;soft skills',
    certifications:
      'zertifikate;weiterbildung;weiterbildungen;fortbildung;fortbildungen;zertifizierungen;fort- und weiterbildung;fort- und weiterbildungen;weiterbildungen und zertifikate;kurse;schulungen',
    languages: 'sprachen;sprachkenntnisse;fremdsprachen',
    publications: 'publikationen;veröffentlichungen;vorträge;patente',
    awards: 'auszeichnungen;preise;ehrungen;stipendien;erfolge',
    volunteering:
      'ehrenamt;ehrenamtliches engagement;engagement;ehrenamtliche tätigkeiten;ehrenamtliche tätigkeit;soziales engagement',
    interests: 'interessen;hobbys;hobbies;freizeit;interessen und hobbys;hobbys und interessen',
    references: 'referenzen',
    other: 'sonstiges;weitere angaben;mitgliedschaften;zusatzqualifikationen;weiteres',
  },
  fr: {
    contact: 'contact;coordonnées;informations personnelles;état civil',
    summary: 'profil;résumé;à propos;objectif;profil professionnel;accroche;présentation',
    experience:
      'expérience;expériences;expérience professionnelle;expériences professionnelles;parcours professionnel;stages',
    education:
      'formation;formations;études;éducation;formation académique;diplômes;diplômes et formations;parcours académique',
    projects: 'projets;projets personnels',
    skills:
      'compétences;compétences techniques;compétences informatiques;savoir-faire;outils;compétences clés',
    certifications: 'certifications;certificats',
    languages: 'langues',
    publications: 'publications;brevets',
    awards: 'prix;distinctions;récompenses',
    volunteering: 'bénévolat;engagement associatif;vie associative',
    interests: "centres d'intérêt;centres d’intérêt;loisirs;intérêts",
    references: 'références',
    other: 'divers;informations complémentaires',
  },
  es: {
    contact: 'contacto;datos personales;datos de contacto;información personal',
    summary: 'perfil;resumen;sobre mí;perfil profesional;objetivo;extracto;resumen profesional',
    experience:
      'experiencia;experiencia laboral;experiencia profesional;trayectoria profesional;prácticas',
    education: 'educación;formación;formación académica;estudios;datos académicos',
    projects: 'proyectos;proyectos personales',
    skills:
      'habilidades;competencias;aptitudes;conocimientos;habilidades técnicas;conocimientos técnicos;informática;conocimientos informáticos',
    certifications:
      'certificaciones;certificados;cursos;formación complementaria;cursos y certificaciones',
    languages: 'idiomas',
    publications: 'publicaciones;patentes',
    awards: 'premios;reconocimientos;logros',
    volunteering: 'voluntariado',
    interests: 'intereses;aficiones;hobbies',
    references: 'referencias',
    other: 'otros datos;información adicional;otros',
  },
  pt: {
    contact: 'contato;contacto;dados pessoais;informações pessoais;informações de contato',
    summary: 'perfil;resumo;sobre mim;resumo profissional;objetivo;perfil profissional',
    experience:
      'experiência;experiência profissional;experiências;experiências profissionais;histórico profissional;estágios',
    education: 'educação;formação;formação acadêmica;formação académica;escolaridade',
    projects: 'projetos;projectos',
    skills:
      'habilidades;competências;conhecimentos;habilidades técnicas;competências técnicas;aptidões;qualificações',
    certifications:
      'certificações;certificados;cursos;cursos e certificações;formação complementar;cursos complementares',
    languages: 'idiomas;línguas',
    publications: 'publicações;patentes',
    awards: 'prêmios;prémios;reconhecimentos;conquistas',
    volunteering: 'voluntariado;trabalho voluntário',
    interests: 'interesses;hobbies',
    references: 'referências',
    other: 'outras informações;informações adicionais',
  },
}

const kinds = new Map<string, SectionKind>()
for (const names of Object.values(headingNames)) {
  for (const [kind, list] of Object.entries(names)) {
    for (const name of list.split(';')) if (!kinds.has(name)) kinds.set(name, kind as SectionKind)
  }
}

/** Last words that make any line in capitals a heading: `NURSING EXPERIENCE`, `IT-KENNTNISSE UND TOOLS`. */
const lastWords: Readonly<Record<string, SectionKind>> = {
  experience: 'experience',
  employment: 'experience',
  skills: 'skills',
  education: 'education',
  projects: 'projects',
  certifications: 'certifications',
  berufserfahrung: 'experience',
  erfahrung: 'experience',
  kenntnisse: 'skills',
  ausbildung: 'education',
  projekte: 'projects',
  weiterbildung: 'certifications',
  expérience: 'experience',
  compétences: 'skills',
  formation: 'education',
  experiencia: 'experience',
  habilidades: 'skills',
  experiência: 'experience',
  competências: 'skills',
}

const maxHeadingCharacters = 60

/** The plain name in a line that may be a heading: `— S K I L L S —` gives `skills`. */
function nameOf(line: string): string {
  const letters = line.replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, '')
  const spaced = /^(?:\p{L} )+\p{L}$/u.test(letters) ? letters.replaceAll(' ', '') : letters
  return spaced
    .toLowerCase()
    .replace(/\s*[&+/]\s*/g, ' and ')
    .replace(/\s+/g, ' ')
    .replace(/ und /g, ' und ')
}

/** The kind of section that a line heads, or undefined if it is no heading. */
export function headingKind(line: string): SectionKind | undefined {
  const text = line.trim()
  if (text.length === 0 || text.length > maxHeadingCharacters || /\d/.test(text)) return undefined
  const name = nameOf(text)
  const known = kinds.get(name) ?? kinds.get(name.replace(/ and /g, ' und '))
  // A heading stands for itself: with a capital, and without the full stop of a sentence.
  if (known) return /^[\p{P}\p{S}\s]*\p{Lu}/u.test(text) && !text.endsWith('.') ? known : undefined
  if (text !== text.toUpperCase() || /[,;|]/.test(text)) return undefined
  const words = name.split(' ')
  if (words.length > 5) return undefined
  const [first] = name.split(/ (?:and|und|et|y|e) /)
  if (first !== undefined && first !== name && kinds.has(first)) return kinds.get(first)
  return lastWords[words.at(-1) ?? '']
}

/** The kind named by `Skills: Java, …`, where heading and text share a line, and how long the name is. */
export function inlineHeading(line: string): { kind: SectionKind; length: number } | undefined {
  const colon = line.slice(0, maxHeadingCharacters).indexOf(':')
  if (colon < 1 || line.slice(colon + 1).trim() === '') return undefined
  const kind = kinds.get(nameOf(line.slice(0, colon)))
  return kind && /^\s*\p{Lu}/u.test(line) ? { kind, length: colon } : undefined
}
