"""Verbs in their base form: what tells "Review the plans" from "The review of plans", without a tagger."""

from __future__ import annotations

#: Verbs that begin a demand.
BASE_FORMS = frozenset(
    "abandon accept access achieve acquire act adapt add address adhere adjust adopt advise agree align allocate allow "
    "amend analyse analyze announce answer apologise apologize apply appoint appraise arrange articulate ask assess "
    "assign assist assure attach attend audit authorise authorize avoid balance ban be begin bring broaden budget "
    "build calculate calibrate call cap carry cascade cease certify change charge check circulate clarify clean clear "
    "close collaborate collate collect combine commission commit communicate compare complete comply conclude conduct "
    "confirm connect consider consolidate consult contact contain continue control convene cooperate coordinate "
    "correct "
    "cost count cover create cut deal decide dedicate define delegate deliver demonstrate deploy describe design "
    "designate destroy determine develop devise direct disable discontinue disclose discuss display dispose distribute "
    "document draft draw drill drop earmark educate eliminate embed employ empower enable encourage end enforce engage "
    "enhance enlarge ensure equip escalate establish evaluate evidence examine exclude exercise expand expedite "
    "explain "
    "explore extend facilitate fill finalise finalize find finish fit fix focus follow formalise formalize formulate "
    "foster fulfil fund further gather get give go grant guarantee halt have help hire hold identify implement improve "
    "include incorporate increase inform initiate inquire inspect install instigate institute instruct insulate "
    "integrate intensify interview introduce invest investigate invite involve isolate issue join keep label launch "
    "lay lead learn limit link list listen lock lodge look lower maintain make manage map maximise measure meet "
    "minimise mitigate modify monitor move name negotiate notify observe obtain offer open operate order organise "
    "organize outline oversee own participate pay perform permit phase pilot place plan practise practice prepare "
    "present preserve press prevent prioritise prioritize probe procure produce progress prohibit promote protect "
    "prove "
    "provide publicise publicize publish purchase pursue put quantify quarantine raise rank ratify re-examine "
    "re-inspect re-test re-train reassess recalculate recalibrate recalculates receive recognise recommence reconcile "
    "reconsider reconvene record recover recruit rectify redesign redraft reduce refer refine reflect refrain "
    "refresh refund refurbish regain register regrade regularise regularize rehearse reinforce reinstate reissue "
    "relaunch relay release relocate remedy remind remove renew reopen repair replace report represent request require "
    "reschedule research resolve resource respond restate restore restrict resume retain retest retire retrain return "
    "revalidate reveal reverse review revise revisit rewrite safeguard satisfy say schedule screen scrutinise seal "
    "search secure see seek segregate select send separate serve set settle share show sign simplify specify "
    "standardise "
    "standardize start state stop store streamline strengthen study submit supervise supply support surrender survey "
    "suspend sustain switch tackle tag take talk tell terminate test think tighten trace track train transfer treat "
    "trigger try turn undertake update upgrade urge use validate vary verify vet visit wear weigh welcome widen "
    "withdraw withhold work write rehang re-hang re-route reclassify recalculates reconfirm reassure trial tidy "
    "top deal recast rethink rebuild reposition rehouse repay recall fence guard earth paint clear-desk log lift "
    "note rest rig lower build-in avoid".split()
)

#: Those that are nouns as often: at the beginning of an item they are verbs only before a word such as "the".
AMBIGUOUS = frozenset(
    "access address audit balance budget cap cause change charge check clean clear close commission contact control "
    "cost cover cut deal design direct document draft drill drop end evidence exercise focus fund group guard hire "
    "increase issue label lead limit link list lock log look map measure monitor move name note order outline own pay "
    "permit phase pilot place plan practice present press progress purchase rank record recover refund register relay "
    "release remedy repair report request research resource respond return review schedule screen search seal set "
    "share "
    "show sign start state store study supply support survey switch tag talk test top trace track train transfer treat "
    "trial trigger turn update upgrade use visit welcome work further complete separate secure lower present "
    "open address experience welcome".split()
)

#: Words behind a verb that make sure it is one.
DETERMINERS = frozenset(
    "the a an all any each every its their his her our your this these those that whether how what who which with to "
    "more further no new both such at least on into from up out down off back together closely formally where when "
    "and or".split()
)
#: "Audit of plans", "work with schools": what follows a noun.
_NOUN_FOLLOWERS = frozenset("of in for to arrangements by within between".split())


def is_verb(words: list[str], at: int) -> bool:
    """Whether the word ``at``, in lower case, begins a demand."""
    word = words[at].removesuffix("-")
    if word not in BASE_FORMS:
        return False
    following = words[at + 1] if at + 1 < len(words) else ""
    return word not in AMBIGUOUS or (following in DETERMINERS and following not in _NOUN_FOLLOWERS)
