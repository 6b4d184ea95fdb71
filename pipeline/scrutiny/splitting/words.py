"""Words that tell where a sentence ends: abbreviations by what may follow them, and words that begin sentences.

All are in lower case and without their last stop.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Never the end of a sentence: with a capital letter, before a name; however written, inside a clause.
TITLES = _words(
    "mr mrs ms mx messrs mme mlle msgr m/s dr prof hon rt rev revd fr adm brig capt cmdr cmdt col cpl gen lt maj pvt "
    "sgt ssgt insp supt ald amb atty cllr gov pres sen shri smt mt ft emer benj chas edw geo jas jos robt saml thos "
    "wm"
)
JOINING = _words("cf vs v viz e.g eg i.e ie w.e.f c/o")
#: End a sentence only before a word that often starts one: a name may follow. The second only with a capital letter.
NAMING = _words(
    "approx incl excl esp inj ca st co dept ave rd blvd hwy sr rep al u.s u.k u.n e.u univ hosp govt assn assoc asst "
    "sp spp subsp appt comm cttee ctr cty deptt dist distt envtl intl int'l mfg mgr mgmt natl nat'l regn secy"
)
PROPER = _words(
    "acad admin attn auth bd bldg bur coll conf cres ct dep div dr educ eng exec fed fin gdns inst instn lab labs lib "
    "med min mun nat org pk pl prov pub res sci sec soc sq stat supp tech ter treas vet vill ala ariz calif colo conn "
    "fla mich minn mont neb nev okla penn phila tenn tex wash wis wyo alta ont que sask"
)
#: Go on before a number or a code, and before any word that seldom starts a sentence.
NUMBERED = _words(
    "no nos para paras par pars reg regs fig figs art arts sec secs sect sects ch chs chap cap vol vols app apps appx "
    "sch schs cl cls pt pts cat ver rev ref refs obs rec recs gr wk ex exh tab eq item cert dwg ed el pos fol ext rm "
    "ste subd tel attach ann sess ser rs kshs ksh min max avg est dia in ft sq hr hrs mi lb lbs oz yd wt s ss p pp c r "
    "rr"
)
#: Among them, words that are whole sentences or end one before any capital letter that is not a code.
ALSO_WORDS = _words("no art cat item")
#: Measures: with a number before them they end a sentence before any capital letter.
UNITS = _words("in dia ft sq hr hrs mi lb lbs oz yd min mins max sec secs wt s p pp")
#: Among them, words that cite a section too.
CITING = _words("sec secs")
#: End a sentence before any capital letter.
CLOSING = _words("etc ltd plc inc corp bros jr snr jnr esq llc llp lp pty pte bhd p.a a.m p.m am pm")
#: What may close the name of a company after another abbreviation: "Marl Bros. Ltd."
COMPANIES = _words("ltd plc inc corp co llc llp lp pty pte pvt bhd")
TIMES = _words("a.m p.m am pm")
CALENDAR = _words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun")
#: What may follow "a.m." in the same sentence.
AFTER_TIME = CALENDAR | _words(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday gmt bst utc est edt cst cdt mst mdt pst pdt cet cest"
)
ABBREVIATIONS = TITLES | JOINING | NAMING | PROPER | NUMBERED | CLOSING | CALENDAR
#: A capital letter after one of these is a name, not an initial: "Appendix B. The".
LETTERED = _words(
    "adult annex appendix attachment band block building category child class client condition exhibit figure "
    "grade group hepatitis level line lot option part patient person phase plan platform point priority pupil "
    "question requirement resident rule schedule section site stage table team tier track type unit vitamin ward "
    "wing zone"
)
#: Stand at the head of a sentence with a stop of their own: "Condition. Forty-one of 90 files had no plan."
LABELS = _words(
    "action background cause comment comments condition conclusion conclusions consequence context criteria criterion "
    "effect evidence finding findings method methods note objective objectives observation observations overview "
    "recommendation recommendations requirement requirements response result results risk risks scope summary"
)
#: Words that often start a sentence and hardly ever follow an abbreviation inside one.
STARTERS = _words(
    "a about above according across additionally after again all also although among an and another any around as "
    "asked at auditors based because been before below between beyond both but by can certain children clearly "
    "consequently could despite did do does due during each eight eighteen either eleven even every few fifteen fifty "
    "finally first five following for forty four from further furthermore given governors had half has have having he "
    "hence her here his how however hundreds i if in indeed inspectors instead investigators is it its last later "
    "leaders management managers many may meanwhile members might more moreover most much must my nearly neither "
    "nevertheless next nine no nobody none nonetheless nor not nothing now nurses of officers often on once one only "
    "or other others otherwise our over overall parents patients people perhaps please prisoners pupils records "
    "residents seven several she should similarly since six sixty so some someone sometimes soon specifically staff "
    "still students such teachers ten that the their then there thereafter therefore these they third thirteen thirty "
    "this those three through throughout thus to today together too trustees twelve twenty two under unfortunately "
    "unless until unlike upon using very was we were what whatever when whenever where whereas whether which while "
    "who whose why will with within without workers would yes yet you your"
)
