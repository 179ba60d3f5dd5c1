/**
 * Closed lists of words that carry structure rather than facts. `free` may come and go; `fillers` may
 * go, never come; `auxiliaries` are read as the form of their verb; `relators` tie words together and
 * must stay the same before the same word; `limits` are named when one is lost. A language without
 * lists is compared word by word, which refuses more and lets nothing through.
 * Chosen by hand: a word stands here only if no claim gets larger without it.
 */
import type { Language } from '../resume/resume.ts'

export interface WordLists {
  readonly free: ReadonlySet<string>
  readonly fillers: ReadonlySet<string>
  readonly auxiliaries: ReadonlySet<string>
  readonly relators: ReadonlySet<string>
  readonly limits: ReadonlySet<string>
  /** Adverbs of frequency, which have no place of their own in a clause. */
  readonly frequency: ReadonlySet<string>
  /** Function words that are no keyword of a job posting. */
  readonly stop: ReadonlySet<string>
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean))
const empty: ReadonlySet<string> = new Set()

const en: WordLists = {
  free: set('a an the my our i this these'),
  fillers:
    set(`successfully effectively efficiently actively various several numerous different really very literally actually proactively
    overall highly extremely truly thoroughly carefully diligently seamlessly personally multiple many etc also consistently basically simply`),
  auxiliaries: set('was were am is are be been being have has had'),
  relators:
    set(`of to from for by with in on at as into onto over under between among across through during after before until since against about
    within without towards toward per upon via than and or but nor while which that who whom whose because so if then plus where when how such_as including according_to`),
  limits:
    set(`not no never none neither nor without hardly barely rarely seldom only just partly partially mostly mainly some sometimes occasionally
    basic beginner elementary limited introductory fundamental novice familiar familiarity exposure awareness intermediate aspiring
    assisted assist assisting helped help helping supported support supporting participated participating contributed contributing
    intern internship trainee junior apprentice volunteer part-time temporary interim acting former expected anticipated planned planning proposed intended
    progress ongoing pending currently present nearly almost approximately about around roughly up possibly potentially may might could would should can will
    team part small minor jointly shared co-led tried trying attempted aiming aimed hoping supervised under draft prototype pilot simulated mock coursework deputy assistant we us they he she`),
  frequency: set(
    'daily weekly monthly regularly annually quarterly yearly sometimes occasionally often',
  ),
  stop: set(`a an the and or but of to in on at for from by with as is are was were be been being have has had do does did will would shall should can could may might must
    not no nor so if than then that this these those it its we our us you your they their them he she his her i my me who whom which what when where why how all any
    both each few more most other some such own same too very just also into over under about across after before between during through within without up down out off per via etc e.g i.e`),
}

const de: WordLists = {
  free: set(
    'der die das den dem des ein eine einen einem einer eines mein meine meinen meinem meiner meines ich unser unsere unseren unserem unserer unseres diese dieser dieses diesen diesem',
  ),
  fillers:
    set(`erfolgreich verschiedene verschiedener verschiedenen diverse diverser diversen zahlreiche zahlreicher zahlreichen mehrere mehrerer mehreren
    viele vieler vielen sehr aktiv effektiv effizient eigentlich auch unter anderem insgesamt sorgfältig gewissenhaft proaktiv persönlich stets`),
  auxiliaries: set(
    'wurde wurden es_wurden worden habe hat hatte hatten haben bin war waren ist sind',
  ),
  relators:
    set(`in an auf aus bei mit nach seit von zu für durch um über unter vor zwischen gegen ohne bis als wie und oder aber sowie während indem wodurch dass welche welcher welches
    wobei dadurch damit per pro je innerhalb außerhalb neben hinter entlang gegenüber trotz wegen anhand zusammen_mit`),
  limits:
    set(`nicht kein keine keinen keinem keiner keines nie niemals kaum selten nur teilweise teils überwiegend hauptsächlich manchmal gelegentlich
    grundkenntnisse grundlegende anfänger erste einfache begrenzt bedingt vertraut einblick einblicke mitarbeit mithilfe unterstützung unterstützte unterstützt half geholfen teilnahme
    praktikant praktikantin praktikum werkstudent werkstudentin junior aushilfe teilzeit befristet kommissarisch stellvertretend stellvertretende stellvertreter voraussichtlich erwartet geplant geplante vorgesehen laufend
    derzeit aktuell momentan fast etwa rund ungefähr circa ca knapp bis möglicherweise vielleicht eventuell könnte würde sollte soll wird kann team teil klein kleine kleinen gemeinsam mitgeleitet versuchte angestrebt entwurf prototyp wir uns`),
  frequency: set(
    'täglich wöchentlich monatlich regelmäßig jährlich quartalsweise manchmal gelegentlich häufig',
  ),
  stop: set(`der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei beim mit nach seit von vom zu zum zur für durch um über unter vor zwischen gegen ohne bis als wie
    sowie während indem dass welche welcher welches ist sind war waren sein haben hat hatte werden wird wurde wurden nicht kein keine wir uns unser unsere unserem unseren unserer sie ihr ihre ihrem ihren ihrer du dein deine deinen deinem deiner dich dir ich es er
    auch noch nur schon sehr mehr so wenn dann da hier dort alle alles jede jeder jedes sich man kann können soll sollen muss müssen möchten willst bist bringst gerne z.b bzw etc`),
}

const fr: WordLists = {
  free: empty,
  fillers: empty,
  auxiliaries: empty,
  relators: empty,
  frequency: empty,
  limits: set(
    'ne pas non jamais peu presque environ débutant notions base bases stagiaire stage assisté participé aidé contribué équipe partiel cours prévu jusqu',
  ),
  stop: set(`le la les un une des du de d l et ou mais en dans sur sous pour par avec sans chez à au aux ce cet cette ces son sa ses notre nos votre vos leur leurs nous vous ils elles il elle je tu
    qui que quoi dont où est sont être avoir a ont avez êtes serez plus moins très ainsi afin entre vers comme se s qu n y`),
}
const es: WordLists = {
  free: empty,
  fillers: empty,
  auxiliaries: empty,
  relators: empty,
  frequency: empty,
  limits: set(
    'no nunca sin casi aproximadamente básico básica básicos nociones becario becaria prácticas ayudé colaboré participé apoyé equipo parcial curso previsto hasta',
  ),
  stop: set(`el la los las un una unos unas de del y o u e pero en con sin por para a al ante bajo desde entre hacia hasta según sobre tras que quien cual cuyo donde cuando como es son ser estar
    está están ha han haber tener su sus nuestro nuestra nuestros nuestras tu tus se lo le les más menos muy también así nos te`),
}
const pt: WordLists = {
  free: empty,
  fillers: empty,
  auxiliaries: empty,
  relators: empty,
  frequency: empty,
  limits: set(
    'não nunca sem quase aproximadamente básico básica noções estagiário estagiária estágio ajudei colaborei participei apoiei equipe equipa parcial curso previsto até',
  ),
  stop: set(`o a os as um uma uns umas de do da dos das e ou mas em no na nos nas com sem por pelo pela para ao à aos às que quem qual cujo onde quando como é são ser estar está estão tem têm ter
    seu sua seus suas nosso nossa você vocês se lhe mais menos muito também assim entre sobre até desde`),
}

export const wordLists: Readonly<Record<Language, WordLists>> = {
  en,
  de,
  fr,
  es,
  pt,
  simple: {
    free: empty,
    fillers: empty,
    auxiliaries: empty,
    relators: empty,
    limits: new Set([...en.limits, ...de.limits]),
    frequency: empty,
    stop: new Set([...en.stop, ...de.stop]),
  },
}

/** German prepositions grown together with an article, taken apart again. */
export const germanContractions: Readonly<Record<string, string>> = {
  im: 'in',
  ins: 'in',
  am: 'an',
  ans: 'an',
  beim: 'bei',
  vom: 'von',
  zum: 'zu',
  zur: 'zu',
  aufs: 'auf',
  fürs: 'für',
  durchs: 'durch',
  ums: 'um',
}
