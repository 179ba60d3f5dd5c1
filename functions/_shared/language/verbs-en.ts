/**
 * English verbs of resumes, by how much they claim. Chosen from the action-verb lists of career
 * services and the verbs of the fixtures. A verb that is missing is an ordinary word: it can be kept,
 * never swapped. `=` marks a doubled final consonant, `:` gives irregular past and participle.
 */

/** 1 lends a hand, 2 takes part, 3 does it, 4 leads it. */
export const englishVerbs: Readonly<Record<1 | 2 | 3 | 4, string>> = {
  1: 'assist help participate support observe shadow aid learn:learned:learned study familiarize',
  2: 'contribute work collaborate cooperate liaise engage join attend try attempt aim plan= want hope',
  3: `accelerate achieve acquire act adapt add adjust administer adopt advance advise allocate analyze analyse answer apply
    appraise approve arrange assemble assess attain audit author automate balance bake begin:began:begun boost book budget build:built:built buy:bought:bought
    calculate calibrate care carry catalog catch:caught:caught check choose:chose:chosen clean clear close coach code collect combine commission communicate compare compile
    complete compose compute condense conduct configure consolidate construct consult convert convince cook coordinate correct counsel
    craft create cultivate cut:cut:cut customize debug decrease dedicate define deliver demonstrate deploy design detect determine
    develop devise diagnose discover dispatch distribute document double draft draw:drew:drawn drop= earn edit educate eliminate enable encourage
    enforce engineer enhance ensure enter equip establish estimate evaluate examine exceed execute expand expedite explain explore extend extract
    facilitate file fill finalize find:found:found finish fix forecast:forecast:forecast formulate foster fulfill gain gather generate get:got:got:gotten give:gave:given grade greet grow:grew:grown
    handle harmonize hire host identify illustrate implement improve increase inform initiate innovate inspect install instruct integrate interpret
    interview introduce invent investigate invoice issue iterate keep:kept:kept label launch lift localize lower maintain make:made:made market
    maximize measure mediate mentor merge migrate minimize model moderate modernize modify monitor motivate move negotiate obtain onboard open
    operate optimize optimise order organize organise outline overcome:overcame:overcome overhaul package pass perform pilot place prepare present prevent price prioritize
    process procure produce profile program= project promote prototype prove provide publish purchase qualify raise reach receive recommend reconcile
    record recover recruit redesign reduce refactor refine refresh register reorganize repair replace report represent research resolve respond
    restock restore restructure retain retrieve reuse review revise revamp rework rewrite:rewrote:rewritten roll route run:ran:run= safeguard save scale schedule secure select sell:sold:sold send:sent:sent serve
    service set:set:set shape ship= shorten simplify solve sort source specify speed speak:spoke:spoken staff standardize start stock stop= store streamline strengthen structure
    submit= summarize supply survey sustain synthesize tailor take:took:taken talk teach:taught:taught test track train transcribe transfer= transform translate transport treat triage troubleshoot tune turn
    unify update upgrade use utilize employ leverage validate verify visit visualize welcome win:won:won wire write:wrote:written yield respond
    deal:dealt:dealt do:did:done equip award promote graduate complete pursue relocate sign= drive_vehicle bring:brought:brought cover visit meet:met:met volunteer translate
    wash sew:sewed:sewn photograph guide:guided:guided mow polish proofread:proofread:proofread film sketch rehearse sweep:swept:swept decorate patrol escort rescue extinguish excavate insulate solder brew roast refund reimburse underwrite lend:lent:lent invest fundraise assemble peel wrap compile moderate harvest feed:fed:fed
    inspect maintain grade dispense administer vaccinate weld paint load unload pack assemble inventory reorder tutor digitize catalogue supplement fund finance free halve triple quadruple lay:laid:laid water trim= prune iron tidy vacuum refill shortlist vet= drill grind:ground:ground lubricate refuel weigh scan= rake sing:sang:sung curate exhibit invigilate
    inject sterilize disinfect sanitize groom breed:bred:bred knit= stitch upholster laminate engrave rent lease print cancel confirm invite remind fold subtitle remodel refurbish renovate repaint
    dismantle rebuild:rebuilt:rebuilt recycle reconfigure rearrange remove cause lead_to result affect impact need require allow include involve know:knew:known think:thought:thought become:became:become color colour show:showed:shown elect appoint nominate
    correspond bend:bent hang:hung dig:dug wire mend plaster rewire pave plumb sand varnish rinse bathe bandage triage suture admit= refer= chart lecture assign
    quote pitch type photocopy shred archive collate index transfer= forward redirect notify log= litigate plead advocate defend prosecute annotate chop= slice season grill fry garnish marinate knead steam boil
    pour mix stir taste query ingest parse scrape cleanse deduplicate benchmark provision patch encrypt virtualize containerize explain guard settle adjudicate grant distribute deposit withdraw:withdrew:withdrawn disburse remit= levy
    capture retouch crop= sow fertilize irrigate shear replenish display board usher tow haul grease rotate count change mark plant pick pull push stack park copy mail count note wax dust scrub= mop= iron bleach dye disassemble refit= fasten rivet bolt
    palletize sharpen hone balance interpret question search seize arrest detain charge fine apprehend accompany reassure comfort entertain amuse choreograph dance play conclude clarify debrief brief compile tabulate transmit broadcast:broadcast:broadcast stream
    lift hoist demolish pour excavate backfill tamp lace weave:wove:woven spin:spun embroider tailor alter hem= press cure smoke fillet debone bottle brew ferment distill blend decant mill sift portion plate wrap= unwrap= unpack seal tape stamp frank
    authorize certify accredit license enroll register expel exempt endorse ratify enact amend revoke renew terminate negotiate mediate arbitrate notarize depose subpoena appeal plaster tile thatch roof glaze grout caulk
    anesthetize intubate catheterize resuscitate immunize rehabilitate reposition mobilize soothe counsel swab= culture centrifuge titrate dilute pipette dissect sequence annotate
    subcontract outsource tender bid:bid:bid invest divest liquidate audit amortize depreciate accrue budget reconcile chase remind dun= collect collate photograph illustrate animate render storyboard typeset:typeset:typeset bind:bound trim=`,
  4: `lead:led:led manage direct head own oversee:oversaw:overseen spearhead drive:drove:driven orchestrate champion found supervise chair pioneer
    command govern mastermind architect helm steer preside`,
}

/**
 * Verbs that may take each other's place, if the new one claims no more; `>` allows one direction only
 * (`hired` was a decision, `recruited` need not be).
 */
export const englishGroups: readonly string[] = [
  'use utilize leverage',
  'reduce cut decrease lower',
  'increase boost',
  'improve enhance',
  'help assist support aid',
  'make>create',
  'make>produce',
  'make>prepare',
  'do>handle',
  'process>handle',
  'answer>handle',
  'launch>introduce',
  'renovate refurbish',
  'document record',
  'complete finish',
  'modify adapt',
  'talk speak',
  'create build develop',
  'write author',
  'fix>resolve',
  'fix>correct',
  'fix repair',
  'answer>respond',
  'welcome greet',
  'send>ship',
  'show>present',
  'instruct train',
  'solve resolve',
  'begin start',
  'do perform conduct execute',
  'instruct teach',
  'show demonstrate',
  'buy purchase',
  'get obtain receive',
  'find identify',
  'manage supervise oversee handle',
  'lead head',
  'organize arrange',
  'gather collect',
  'keep maintain',
  'give provide',
  'provide supply',
  'provide>deliver',
  'give>deliver',
  'increase>grow',
  'grow>increase',
  'monitor track',
  'evaluate assess',
  'examine review',
  'check verify',
  'choose select',
  'simplify streamline',
  'speed_up accelerate',
  'set_up establish',
  'hire>recruit',
  'explain clarify',
  'work collaborate',
  'eliminate>remove',
  'expand extend',
  'reach achieve attain',
]

/** Passives that stand without their auxiliary and are still passive: `Promoted to shift lead`. */
export const englishEllipses =
  'promote select nominate appoint elect hire recognize choose award ~second'

/** A state that went on: `managing` says as much as `managed`, while `building` does not say `built`. */
export const englishActivities =
  'lead manage supervise oversee coordinate maintain support assist help work collaborate handle monitor teach train mentor coach advise administer operate run direct head serve provide perform conduct prepare use participate contribute process answer respond organize track test analyze review research communicate ensure clean care cook treat liaise own chair greet schedule drive tutor update open close check file pack sort stock restock load sell inspect verify record register report plan recruit evaluate assess moderate'

/** Verbs that name an end: `completing courses` is not `completed courses`, whatever the number. */
export const englishEnds =
  'complete finish obtain earn pursue learn graduate achieve pass attain finalize launch publish study win acquire qualify'

/** Things made, which cannot be the one who acts: `scripts that reduced …` is the effect of writing them. */
export const englishArtefacts =
  'script scripts system systems tool tools process processes workflow workflows app apps application applications dashboard dashboards database databases service services platform platforms program programs report reports website websites pipeline pipelines feature features procedure procedures checklist checklists template templates model models software layout campaign campaigns project projects initiative initiatives protocol protocols calendar calendars form forms plan plans rota policy policies programme programmes handbook handbooks strategy strategies api apis library libraries module modules guide guides solution solutions test tests framework automation schedule method methods'

/** Verbs of intention: what follows them with `to` is not said to have happened. */
export const englishIntentions = 'try attempt aim plan want hope'

/** Verbs without a meaning of their own before a noun of the doing: `performed testing of`. */
export const englishLightVerbs = 'perform conduct do execute'

/** Verbs that name an effect: they may follow from another clause (`…, reducing …`). */
export const englishEffects =
  'reduce cut decrease lower increase raise boost improve enhance save accelerate speed_up shorten eliminate enable grow double triple halve minimize maximize simplify streamline strengthen'

/** Nouns that name the doing: `management of a team` is `managing a team`. Reviewed one by one. */
export const englishNominals: Readonly<Record<string, string>> = {
  management: 'manage',
  development: 'develop',
  implementation: 'implement',
  creation: 'create',
  design: 'design',
  maintenance: 'maintain',
  coordination: 'coordinate',
  organization: 'organize',
  organisation: 'organize',
  preparation: 'prepare',
  planning: 'plan',
  supervision: 'supervise',
  administration: 'administer',
  analysis: 'analyze',
  optimization: 'optimize',
  installation: 'install',
  configuration: 'configure',
  migration: 'migrate',
  integration: 'integrate',
  introduction: 'introduce',
  evaluation: 'evaluate',
  documentation: 'document',
  automation: 'automate',
  execution: 'execute',
  delivery: 'deliver',
  deployment: 'deploy',
  training: 'train',
  testing: 'test',
  monitoring: 'monitor',
  processing: 'process',
  coaching: 'coach',
  improvement: 'improve',
  reduction: 'reduce',
  translation: 'translate',
  production: 'produce',
  operation: 'operate',
  leadership: 'lead',
  teaching: 'teach',
  writing: 'write',
  building: 'build',
  handling: 'handle',
  scheduling: 'schedule',
  recruitment: 'recruit',
  repair: 'repair',
  inspection: 'inspect',
  calibration: 'calibrate',
  restoration: 'restore',
  distribution: 'distribute',
  collection: 'collect',
  selection: 'select',
  calculation: 'calculate',
  presentation: 'present',
  negotiation: 'negotiate',
  registration: 'register',
  cleaning: 'clean',
  verification: 'verify',
  examination: 'examine',
  identification: 'identify',
  procurement: 'procure',
  assembly: 'assemble',
  construction: 'construct',
  fabrication: 'fabricate',
  publication: 'publish',
  validation: 'validate',
  compilation: 'compile',
  enforcement: 'enforce',
  treatment: 'treat',
  removal: 'remove',
  replacement: 'replace',
  renovation: 'renovate',
  demolition: 'demolish',
  sterilization: 'sterilize',
  sterilisation: 'sterilize',
  disinfection: 'disinfect',
  vaccination: 'vaccinate',
  allocation: 'allocate',
  classification: 'classify',
  consolidation: 'consolidate',
  decoration: 'decorate',
  digitization: 'digitize',
  formulation: 'formulate',
  modification: 'modify',
  modernization: 'modernize',
  moderation: 'moderate',
  reconciliation: 'reconcile',
  storage: 'store',
  submission: 'submit',
  transcription: 'transcribe',
  transportation: 'transport',
  visualization: 'visualize',
  correction: 'correct',
  measurement: 'measure',
  assessment: 'assess',
}

/** `a 20% reduction in costs` is `reduced costs by 20%`. */
export const englishChangeNouns: Readonly<Record<string, string>> = {
  reduction: 'reduce',
  decrease: 'decrease',
  increase: 'increase',
  improvement: 'improve',
}

/** Several words that are one: read before anything else, longest first. */
export const englishPhrases: Readonly<Record<string, string>> = {
  'in order to': 'to',
  'so as to': 'to',
  'as well as': 'and',
  'along with': 'with',
  '&': 'and',
  'together with': 'with',
  'by means of': 'with',
  'through the use of': 'with',
  'with the help of': 'with',
  'by using': 'with',
  'by utilizing': 'with',
  'by leveraging': 'with',
  using: 'with',
  utilizing: 'with',
  via: 'with',
  'with the use of': 'with',
  'on a daily basis': 'daily',
  'on a weekly basis': 'weekly',
  'on a monthly basis': 'monthly',
  'on a regular basis': 'regularly',
  'each day': 'daily',
  'each week': 'weekly',
  'each month': 'monthly',
  'each year': 'yearly',
  'per annum': 'per year',
  'every day': 'daily',
  'every week': 'weekly',
  'every month': 'monthly',
  'every year': 'yearly',
  annually: 'yearly',
  'in this position': '',
  'in my position': '',
  'in my job': '',
  'due to the fact that': 'because',
  'due to': 'because of',
  'in addition to': 'and',
  'inside of': 'in',
  within: 'in',
  'prior to': 'before',
  'in the area of': 'in',
  'in the field of': 'in',
  'for the purpose of': 'for',
  'a variety of': '',
  'a wide variety of': '',
  'a wide range of': '',
  'a range of': '',
  'a number of': '',
  'all kinds of': '',
  'various kinds of': '',
  'different kinds of': '',
  'various types of': '',
  'different types of': '',
  'a lot of': '',
  'a large number of': '',
  'in an efficient manner': '',
  'in a timely manner': '',
  'in a timely fashion': '',
  'was able to': 'did',
  'were able to': 'did',
  'managed to': 'did',
  'in the end': '',
  'on top of that': '',
  'as part of my job': '',
  'in my role': '',
  'in this role': '',
  'the task of': '',
  'in the process of': 'in_the_process_of',
  'carried out': 'performed',
  'carrying out': 'performing',
  'carry out': 'perform',
  'set up': 'set_up',
  'setting up': 'setting_up',
  'took care of': 'handled',
  'taking care of': 'handling',
  'take care of': 'handle',
  'dealt with': 'handled',
  'dealing with': 'handling',
  'made sure': 'ensured',
  'making sure': 'ensuring',
  'made sure that': 'ensured',
  'making sure that': 'ensuring',
  'put in place': 'implemented',
  'came up with': 'devised',
  'sped up': 'speeded_up',
  'speeding up': 'speeding_up',
  'speed up': 'speed_up',
  'worked together with': 'collaborated with',
  'took part in': 'participated in',
  'taking part in': 'participating in',
  'was involved in': 'participated in',
  'were involved in': 'participated in',
  'involved in': 'participated in',
  'provided support to': 'supported',
  'provided support for': 'supported',
  'providing support to': 'supporting',
  'providing support for': 'supporting',
  'gave support to': 'supported',
  'provided assistance to': 'assisted',
  'provided assistance with': 'assisted with',
  'was in charge of': 'was responsible for',
  'in charge of': 'responsible for',
  'had responsibility for': 'responsible for',
  'had the responsibility of': 'responsible for',
  'my duties included': 'responsible for',
  'duties included': 'responsible for',
  'responsibilities included': 'responsible for',
  'my responsibilities included': 'responsible for',
  'my tasks included': 'responsible for',
  'my tasks were': 'responsible for',
  'tasks included': 'responsible for',
  'responsible for the': 'responsible for',
  'made improvements to': 'improved',
  'making improvements to': 'improving',
  'provided training to': 'trained',
  'provided training for': 'trained',
  'gave training to': 'trained',
  'made changes to': 'modified',
  'made use of': 'used',
  'making use of': 'using',
  'according to': 'according_to',
  'in accordance with': 'according_to',
  'in line with': 'according_to',
  'in compliance with': 'according_to',
  'as per': 'according_to',
  'was given the task of': 'was tasked with',
  'had the task of': 'was tasked with',
  'was given the responsibility of': 'was responsible for',
  'was given responsibility for': 'was responsible for',
  'was also responsible for': 'was responsible for',
  'was additionally responsible for': 'was responsible for',
  'took responsibility for': 'responsible for',
  'was the #1 who': '',
  'was the person who': '',
  'was someone who': '',
  'learned how to': 'learned to',
  'learnt how to': 'learned to',
  'learning how to': 'learning to',
  learnt: 'learned',
  'have experience in': 'experienced in',
  'have experience with': 'experienced with',
  'and vice versa': 'and_vice_versa',
  'both of': 'both',
  'in that role': '',
  'during my time there': '',
  'in this job': '',
  'in that job': '',
  'in my work': '',
  'as part of my duties': '',
  'as part of my role': '',
  'as part of my work': '',
  'as part of this role': '',
  'as well': '',
  additionally: '',
  furthermore: '',
  moreover: '',
  'in addition': '',
  'which is': '',
  'by me': '',
  'by myself': '',
  'in all': 'in_total',
  'in total': 'in_total',
  altogether: 'in_total',
  'every second week': 'every_other_week',
  'every other week': 'every_other_week',
  'every #2 weeks': 'every_other_week',
  'my duties were': 'was responsible for',
  'kept track of': 'tracked',
  'keeping track of': 'tracking',
  'looked after': 'cared for',
  'looking after': 'caring for',
  'filled in': 'completed',
  'filled out': 'completed',
  'handed out': 'distributed',
  'handing out': 'distributing',
  'put together': 'assembled',
  'helped out': 'helped',
  'all of': 'all',
  'at weekends': 'on weekends',
  'at the weekend': 'on weekends',
  'at the weekends': 'on weekends',
  'took minutes': 'recorded minutes',
  'taking minutes': 'recording minutes',
  'take minutes': 'record minutes',
  'such as': 'such_as',
  'ensured that': 'ensured',
  'ensuring that': 'ensuring',
  'ensure that': 'ensure',
  'that were': '',
  'which were': '',
  'that was': '',
  'which was': '',
  'that is': '',
  'who were': '',
  'which are': '',
  'that are': '',
}

/** Verbs that are nouns or adjectives as well: before a bare noun they may only describe it. */
export const englishHomographs =
  `record lead project research support train market process design test plan host staff ship stock store schedule balance book budget
  change chart check coach compound conduct contact contract control cook copy count cover craft cut direct document double draft drive
  escort estimate exhibit export extract field file film finance fix forecast form format free function fund grade group guard guide hand
  handle head help import increase interview inventory invoice iron issue label lease lift load log lower maintain market master measure
  mentor model monitor motion move network open order own pack package paint park patrol perfect photograph pilot place plant play post
  present press price print process produce profile program progress promise prototype purchase question raise range rank rate refund
  release rent repair report request rescue review reward roast rotate round route run sample scale scan screen secure service set shadow
  shape share shelf shift shop sign sketch sort sound source stage stitch stop supply survey sweep switch tailor talk target team tile
  time tour track trade transfer transport treat triage trial trim tune tutor update upgrade use value visit volunteer wash water weld
  wire work wrap aim aid attempt audit author brew campaign catalog catalogue catch close code collect complete correct correspond dance
  debug deploy distribute dispatch earn equip express fast feed fold gain graduate harvest hire house influence input knit launch mail
  map mark match mate mind note offer outline overhaul pass patent pick point pool practice quote rehearse rework ring rise rush scout
  separate serve shape sponsor spot stack steam study subtitle surface top touch tow vacuum voice vote wish`.replaceAll(
    /\s+/g,
    ' ',
  )
