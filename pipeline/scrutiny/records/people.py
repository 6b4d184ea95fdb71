"""Words for people and bodies: who speaks in a report, and who can be asked to do something."""

from __future__ import annotations

import re

#: Groups whose words and views reports tell of, by the name of their voice.
GROUPS: dict[str, frozenset[str]] = {
    "service_users": frozenset(
        "child children pupil pupils learner learners student students patient patients resident residents prisoner "
        "prisoners detainee detainees tenant tenants girls boys youths inmates clients adolescents teenagers "
        "apprentices trainees man woman gentleman lady boy girl veterans passengers customers".split()
    ),
    "parents": frozenset(
        "parent parents carer carers family families relative relatives mother mothers father fathers grandparents "
        "guardians caregivers adopters".split()
    ),
    "staff": frozenset(
        "staff employee employees worker workers teacher teachers nurse nurses practitioner practitioners officer "
        "officers assistant assistants midwives doctors clinicians therapists crew volunteers personnel workforce "
        "colleagues firefighters caseworkers technicians operators drivers cook engineers sergeants tutors "
        "trainers supervisor supervisors".split()
    ),
    "provider": frozenset(
        "leader leaders manager managers management provider providers trust council headteacher principal governor "
        "governors trustees director directors licensee operator company officials senior executive executives "
        "administrator administrators bank university college board owner owners agency".split()
    ),
    "partners": frozenset(
        "partner partners police stakeholders judiciary courts sheriff judges magistrates commissioners schools "
        "agencies employers hospitals professionals contractors suppliers counsel".split()
    ),
    "survey": frozenset("survey surveys questionnaire questionnaires respondents poll surveyed".split()),
    "records": frozenset(
        "records record files file logs log minutes footage documents documentation data audits case-files cctv "
        "register registers chronologies entries rotas returns "
        "roster rosters payroll timesheets invoices journal journals".split()
    ),
    "inspectors": frozenset("inspectors inspector auditors auditor reviewers we investigators".split()),
}

#: Names of bodies and posts that are no group of those who speak; with the groups, whoever can be asked to act.
_BODIES = frozenset(
    "authority partnership department ministry minister government commission commissioner committee office "
    "organisation organization organisations organizations body bodies service services team teams force inspectorate "
    "regulator secretary chief head chair ceo leadership laboratory plant facility facilities centre center school "
    "hospital home practice pharmacy institution institutions company companies firm firms ltd limited inc llc plc "
    "corporation federation association union club contractor auditee auditees recipients you they he she parties "
    "party member members states state governments county district municipality region commander headquarters hq "
    "airline airport railway harbour master masters skipper skippers pilots pilot users user establishment "
    "designers manufacturer manufacturers builder supplier landlord landlords employer registrar administration "
    "constable coroner treasurer auditors controller surgeon components component office executive dean faculty "
    "programme parliament congress agency agencies bureau bank branch control lending control group forum panel "
    "buyer buyers seller sellers somebody anyone everyone councillors inspectors women parents group icb nhs ofsted "
    "cqc society church parish diocese bishop producer producers farm farmers zoo museum archive library railways "
    "operator operators owner owners surveyor surveyors licensees trusts councils boards authorities departments "
    "constabulary custodian nurse doctor gp dentist pharmacist keeper lead leads staff".split()
)

#: Whoever can be asked to do something.
ACTORS = _BODIES.union(*(GROUPS[name] for name in GROUPS if name not in ("survey", "records")))

#: What is asked for rather than asked, and words that stand for it.
THINGS = frozenset(
    "plan plans record records policy policies procedure procedures report reports system systems training "
    "arrangement arrangements process processes review reviews meeting meetings assessment assessments document "
    "documents register registers form forms data work action actions step steps measure measures guidance support "
    "it this that these those which there what attention consideration priority information evidence criteria "
    "decision decisions case cases change changes area areas issue issues risk risks equipment vehicle vehicles "
    "installation aircraft ship vessel building buildings room rooms door doors site sites standard standards rule "
    "rules law programme project budget fund funds money place places one ones none all way ways".split()
)

_HEAD_ENDS = re.compile(r",| (?:of|in|at|for|on|to|with|who|which|from|responsible|concerned)\b")


def is_thing(phrase: str) -> bool:
    """Whether a subject is surely a thing, a matter or a word for one; so is one that is missing."""
    words = _head(phrase)
    return (
        not words
        or words[-1].lower() in THINGS
        or words[0].lower().endswith("ing")
        or words[-1].lower().endswith(("ing", "tion", "ment", "ity"))
    )


def _head(phrase: str) -> list[str]:
    """The words of a subject up to the one that it is about."""
    return re.findall(r"[\w'’&-]+", _HEAD_ENDS.split(phrase.strip(" ,"), maxsplit=1)[0])


def is_actor(phrase: str) -> bool:
    """Whether a subject names somebody who can act, not a thing or a matter."""
    words = _head(phrase)
    if not words:
        return False
    last = words[-1]
    if last.lower().removesuffix("'s").removesuffix("’s") in ACTORS:
        return True
    # A name or an abbreviation: capitals within the sentence, not just at its beginning.
    return (len(last) > 1 and last.isupper()) or (len(words) > 1 and last[0].isupper())
