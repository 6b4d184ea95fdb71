"""Words for people and bodies: who speaks in a report, and who can be asked to do something."""

from __future__ import annotations

import re

#: Those whom reports know by what they do or are, in the singular, by the name of their voice.
_PERSONS = {
    "service_users": (
        "child pupil learner student patient resident prisoner detainee tenant girl boy youth inmate client adolescent "
        "teenager apprentice trainee man woman gentleman lady veteran passenger customer beneficiary claimant "
        "complainant applicant appellant consumer guest leaseholder homeowner householder lodger occupant "
        "occupier boarder borrower policyholder depositor shopper commuter cyclist motorist traveller tourist refugee "
        "migrant survivor victim attendee candidate graduate undergraduate postgraduate worshipper parishioner "
        "chorister cadet villager citizen taxpayer ratepayer subscriber pensioner probationer suspect adult caller "
        "year-old user visitor asylum-seeker"
    ),
    "parents": (
        "parent carer family relative mother father grandparent guardian adopter son daughter brother sister "
        "sibling husband wife spouse widow widower aunt uncle grandmother grandfather"
    ),
    "staff": (
        "employee worker teacher nurse orderly auxiliary educator practitioner officer assistant midwife doctor "
        "clinician therapist volunteer "
        "colleague firefighter caseworker technician operator driver cook engineer sergeant tutor trainer supervisor "
        "bookkeeper caretaker captain surgeon physician anaesthetist anesthetist consultant paramedic pharmacist "
        "radiographer psychologist psychiatrist physiotherapist dietitian chef cleaner porter receptionist clerk "
        "administrator secretary developer programmer analyst dispatcher mechanic electrician welder fitter foreman "
        "labourer laborer seafarer mate bosun deckhand steward stewardess pilot controller warden guard custodian "
        "gaoler jailer constable detective lecturer professor researcher librarian coach mentor "
        "instructor keyworker gardener groundsman miner farmhand picker packer harvester grader verger "
        "ranger lifeguard attendant handler keeper lieutenant corporal trooper soldier chaplain counsellor "
        "counselor advisor adviser dentist hygienist optometrist vet veterinarian cashier "
        "teller underwriter trader accountant crewman crewmember healthcare-assistant interpreter "
        "postman courier guide steersman helmsman signaller shunter conductor deputy caregiver"
    ),
    "provider": (
        "leader manager provider trustee director licensee company official executive owner grantee franchisee "
        "permittee headteacher principal "
        "governor chairman chairwoman chairperson proprietor president treasurer commander landlord "
        "headmaster headmistress dean provost rector registrar bursar ceo cfo coo cio ciso minister secretariat"
    ),
    "partners": (
        "partner stakeholder representative interlocutor observer party sheriff judge magistrate professional "
        "contractor subcontractor supplier "
        "neighbour neighbor landowner farmer journalist expert pathologist paediatrician pediatrician lawyer solicitor "
        "barrister advocate coroner witness councillor councilor donor funder sponsor insurer lender examiner academic "
        "gp charity union ngo diver host employer vendor importer exporter wholesaler retailer buyer specialist "
        "lobbyist mp conservator senator legislator ombudsman archaeologist meteorologist"
    ),
}  # fmt: skip
#: Words for many of them, and what is not in the list above in both numbers.
_MANY = {
    "service_users": "boys children men women youths",
    "parents": "carers families",
    "staff": ("staff crew crews personnel workforce members foremen seamen crewmen midwives postmen"),
    "provider": (
        "management trust council head heads chair chairs chief chiefs senior bank university college board boards "
        "agency ministry department authority secretary operator administration leadership governance"
    ),
    "partners": (
        "police commissioners stakeholders body bodies organisation organization judiciary courts schools agencies "
        "hospitals counsel organisations organizations gps ngos "
        "charities unions mps association associations federation federations society societies clubs"
    ),
    "survey": "survey surveys questionnaire questionnaires respondents respondent poll polls surveyed",
    "records": (
        "record records file files logs log minutes footage documents documentation data audits case-files cctv "
        "register registers chronologies entries rotas returns roster rosters payroll timesheets invoices journal "
        "journals judgments judgements emails e-mails email e-mail correspondence letters letter statements accounts "
        "spreadsheet "
        "spreadsheets database databases ledger ledgers diary diaries notes transcript transcripts photographs "
        "video recordings memo memos memorandum chart charts printout printouts tickets paperwork sheets sheet"
    ),
    "inspectors": "inspectors inspector auditors auditor reviewers we investigators",
}


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


#: Groups whose words and views reports tell of, by the name of their voice.
GROUPS: dict[str, frozenset[str]] = {
    name: frozenset(
        _MANY.get(name, "").split()
        + [form for noun in _PERSONS.get(name, "").split() for form in (noun, _plural(noun))]
    )
    for name in ("service_users", "parents", "staff", "provider", "partners", "survey", "records", "inspectors")
}

#: Names of bodies and posts that are no group of those who speak; with the groups, whoever can be asked to act.
_BODIES = frozenset(
    "authority partnership department ministry minister government commission commissioner committee office "
    "organisation organization organisations organizations body bodies service services team teams force inspectorate "
    "practices counties ministries "
    "regulator regulators secretary chief head chair ceo leadership laboratory plant facility facilities centre center "
    "school hospital home practice pharmacy institution institutions company companies firm firms ltd limited inc llc "
    "plc corporation federation association union club contractor auditee auditees recipients you they he she parties "
    "party member members states state governments county district municipality region commander headquarters hq "
    "airline airport railway harbour master masters skipper skippers pilots pilot users user establishment "
    "designers manufacturer manufacturers builder supplier landlord landlords employer registrar administration "
    "constable coroner treasurer auditors controller surgeon components component office executive dean faculty "
    "programme parliament congress agency agencies bureau bank branch control lending control group forum panel "
    "prison prisons prosecutor prosecutors court them "
    "buyer buyers seller sellers somebody anyone everyone councillors inspectors women parents group icb nhs ofsted "
    "cqc society church parish diocese bishop producer producers farm farmers zoo museum archive library railways "
    "operator operators owner owners surveyor surveyors licensees trusts councils boards authorities departments "
    "division unit branch section ward squad person station "
    "directorate tribunal institute academy consortium entity holder holders "
    "legislature parliament faculties units divisions sections wards branches recipients donors auditors secretariat "
    "constabulary custodian nurse doctor gp dentist pharmacist keeper lead leads staff".split()
)

#: Whoever can be asked to do something.
ACTORS = _BODIES.union(*(GROUPS[name] for name in GROUPS if name not in ("survey", "records")))

#: Those whom a service is for. Users of roads and machines are asked like everybody.
_SERVED = frozenset(
    name for name in GROUPS["service_users"] if name.endswith("s") or name in ("men", "women", "children")
) - {"users", "applicants", "adults", "guests", "visitors"}

#: What is asked for rather than asked, and words that stand for it.
THINGS = frozenset(
    "plan plans record records policy policies procedure procedures report reports system systems training "
    "arrangement arrangements process processes review reviews meeting meetings assessment assessments document "
    "documents register registers form forms data work action actions step steps measure measures guidance support "
    "it this that these those which there what attention consideration priority information evidence criteria "
    "decision decisions case cases change changes area areas issue issues risk risks equipment vehicle vehicles "
    "installation aircraft ship vessel building buildings room rooms door doors site sites standard standards rule "
    "licence licences license licenses permit permits contract contracts agreement agreements quote quotes power "
    "powers language wording text notice notices sign signs alarm alarms rights letter letters "
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


def is_served(phrase: str) -> bool:
    """Whether a subject names those whom a service is for: "All prisoners", "Detainees with an illness"."""
    words = _head(phrase)
    return bool(words) and words[-1].lower() in _SERVED


def is_actor(phrase: str) -> bool:
    """Whether a subject names somebody who can act, not a thing or a matter."""
    words = _head(phrase)
    if not words:
        return False
    last = words[-1]
    if any(character.isdigit() for character in last):
        return False
    if last.lower().removesuffix("'s").removesuffix("’s") in ACTORS:
        return True
    # A name or an abbreviation: capitals within the sentence, not just at its beginning.
    return (len(last) > 1 and last.isupper()) or (len(words) > 1 and last[0].isupper())
