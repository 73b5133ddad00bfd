"""Who may do what at which address: the whole of it, to be read from top to bottom.

Columns: the route; the kind of object it names ("-" for none); who may GET, POST and (at the API) PATCH it, when the
object is of their own team and not sensitive. One letter for each person:

    I investigator   R reviewer   O referral officer   V viewer     all of the team
    A administrator  U auditor                                      of the office
    X an investigator, reviewer and referral officer of another team
    N nobody signed in
    T, W the investigator's API tokens: to read, and to read and write

"-" in a column says that the address has no such verb (405); "." that nobody gets through as things stand, with the
reason below. At a page, whoever is not listed gets 403 or 404, or is asked to sign in. At the API an empty object is
sent: whoever is not listed may also be told what is missing (400), but never succeeds; with a body from BODIES they are
refused outright.
"""

from __future__ import annotations

from dataclasses import dataclass

_ROWS = """
healthz                          -              IROVAUXN    -
readyz                           -              IROVAUXN    -
core:theme                       -              -           IROVAUX
office:home                      -              IROVAUX     -
office:search                    -              IROVAUX     -
office:audit                     -              AU          -
office:audit_export              -              U           -
office:audit_verify              -              -           AU
office:integrity                 -              U           -
integrity:fixity                 -              U           -
office:case_history              case           IROV        -
office:api_docs                  -              IROVAUX     -
cases:list                       -              IROVAUX     -
cases:export                     -              IROX        -
cases:create                     -              IX          IX
cases:break_glass                -              RUX         RUX
cases:detail                     case           IROV        -
cases:change                     case           I           I
cases:close                      case           I           I
cases:reopen                     case           I           I
cases:sensitivity                case           I           I
cases:assign                     case           I           I
cases:grant                      case           I           I
cases:assignment_end             assignment     -           I
cases:grant_end                  grant          -           I
cases:people                     case           IROV        -
cases:victim_add                 case           I           I
cases:victim_change              victim         I           I
cases:victim_remove              victim         I           I
cases:perpetrator_add            case           I           I
cases:perpetrator_change         perpetrator    I           I
cases:perpetrator_remove         perpetrator    I           I
cases:timeline                   case           IROV        -
cases:moment_add                 case           I           I
cases:moment_change              moment         I           I
cases:moment_remove              moment         I           I
cases:notes                      case           IROV        IRO
cases:task_add                   case           I           I
cases:task_change                task           I           I
cases:task_complete              task           -           I
cases:task_reopen                task           -           I
evidence:list                    -              IROVAUX     -
evidence:export                  -              IROX        -
evidence:new                     -              IX          IX
evidence:uploads                 -              IX          IX
evidence:upload                  upload         -           -
evidence:upload_poster           upload         .           -
evidence:arrivals                -              -           IX
evidence:preview                 file           .           -
evidence:look                    file           IROV        -
evidence:reveal                  file           -           IROV
evidence:part                    file           -           IROV
evidence:cover                   file           -           IROV
evidence:original                file           IRO         -
evidence:check                   file           -           IRO
evidence:copy                    file           I           I
evidence:infected                file           IRO         IRO
evidence:clear                   file           IO          IO
evidence:unlink                  link           I           I
evidence:detail                  item           IROV        -
evidence:change                  item           I           I
evidence:link                    item           I           I
evidence:observe                 item           I           I
evidence:read_address            -              IROVAUX     -
evidence:release                 item           IO          IO
evidence:assess                  item           IRO         IRO
evidence:rate                    item           IRO         IRO
evidence:mark                    item           IRO         IRO
evidence:witness                 interview      -           .
evidence:withdraw                interview      IO          IO
evidence:earlier                 interview      .           .
evidence:add_file                item           I           I
evidence:use_suggestion          item           -           .
evidence:register_attachment     file           -           .
evidence:mark_add                item           .           .
evidence:mark_change             mark           I           I
evidence:mark_remove             mark           I           I
evidence:moment                  -              .           -
evidence:case_evidence           case           IROV        -
evidence:source_list             -              IROVAUX     -
evidence:source_new              -              IX          IX
evidence:source_detail           source         IROV        -
evidence:source_change           source         I           I
evidence:source_rate             source         I           I
integrity:heads                  -              AU          -
integrity:heads_file             -              AU          -
integrity:verifier               -              AU          -
integrity:custody                -              -           U
imports:list                     -              IROVAUX     -
imports:new                      -              IX          IX
imports:detail                   batch          IROV        -
imports:problems                 batch          IROV        -
imports:confirm                  batch          -           I
imports:retry                    batch          -           I
imports:cancel                   batch          -           I
recognition:pairs                -              IROVAUX     -
recognition:pair                 pair           IROV        IR
recognition:reveal               pair           -           .
recognition:cover                pair           -           IROV
recognition:picture              pair           .           -
recognition:cluster              item           IROV        -
recognition:cluster_add          item           I           I
findings:case_findings           case           IROV        -
findings:propose                 case           I           I
findings:elements                case           IROV        I
findings:detail                  finding        IROV        -
findings:resubmit                finding        I           I
findings:withdraw                finding        I           I
findings:review                  finding        R           -
findings:approve                 finding        R           R
findings:return                  finding        R           R
findings:review_queue            -              IROVAUX     -
referrals:list                   -              IROVAUX     -
referrals:new                    -              OX          OX
referrals:detail                 referral       IROV        -
referrals:dossier                referral       IROV        -
referrals:dossier_pdf            referral       RO          -
referrals:package                referral       .           -
referrals:letter_file            letter         O           -
referrals:basics                 referral       O           O
referrals:evidence               referral       O           O
referrals:note                   referral       O           O
referrals:submit                 referral       O           O
referrals:approve                referral       RO          RO
referrals:return                 referral       RO          RO
referrals:withdraw               referral       O           O
referrals:record_sent            referral       O           O
referrals:delivery_unknown       referral       O           O
referrals:resolve_sent           referral       O           O
referrals:resolve_not_sent       referral       O           O
referrals:acknowledge            referral       O           O
referrals:reply                  referral       O           O
referrals:letter                 referral       O           O
referrals:close                  referral       O           O
referrals:case_referrals         case           IROV        -
referrals:recipients             -              IROVAUX     -
referrals:register               recipient      IROVAUX     -
figures:figures                  -              IROVUX      -
figures:cases_csv                -              IROVUX      -
figures:months_csv               -              IROVUX      -
figures:issuer_figure_create     -              IROX        IROX
figures:issuer_figure_detail     issuer_figure  IROVUX      -
figures:issuer_figure_change     issuer_figure  IROX        IROX
care:watched                     -              IROVAUX     -
care:preference                  -              IROVAUX     IROVAUX
care:totals                      -              IROVAUX     -
care:look                        look           -           I
accounts:people                  -              AU          -
accounts:invite                  -              A           A
accounts:person                  person         AU          -
accounts:new_link                person         A           A
accounts:grant_role              person         A           A
accounts:end_role                person         A           A
accounts:disable                 person         A           A
accounts:enable                  person         A           A
accounts:reset_factor            person         A           A
accounts:teams                   -              AU          -
accounts:create_team             -              A           A
accounts:team                    team           AU          -
accounts:change_team             team           A           A
accounts:account                 -              IROVAUX     -
accounts:change_name             -              IROVAUX     IROVAUX
accounts:create_token            -              IROVAUX     IROVAUX
accounts:revoke_token            token          -           A
accounts:lock                    -              -           .
accounts:invitation              -              .           .
api:schema                       -              IROVAUXNTW  -           -
api:case-list                    -              IROVAUXTW   IXW         -
api:case-detail                  case           IROVTW      -           IW
api:case-assign                  case           -           IW          -
api:case-close                   case           -           IW          -
api:case-reopen                  case           -           IW          -
api:victim-list                  -              IROVAUXTW   IXW         -
api:victim-detail                victim         IROVTW      -           IW
api:victim-remove                victim         -           IW          -
api:perpetrator-list             -              IROVAUXTW   IXW         -
api:perpetrator-detail           perpetrator    IROVTW      -           IW
api:perpetrator-remove           perpetrator    -           IW          -
api:moment-list                  -              IROVAUXTW   IXW         -
api:moment-detail                moment         IROVTW      -           IW
api:moment-remove                moment         -           IW          -
api:note-list                    -              IROVAUXTW   IROVXW      -
api:note-detail                  note           IROVTW      -           -
api:task-list                    -              IROVAUXTW   IXW         -
api:task-detail                  task           IROVTW      -           IW
api:task-complete                task           -           IW          -
api:task-reopen                  task           -           IW          -
api:evidence-list                -              IROVAUXTW   IXW         -
api:evidence-detail              item           IROVTW      -           IW
api:evidence-files               item           -           IW          -
api:evidence-release             item           -           IOW         -
api:evidence-rate                item           -           IROW        -
api:evidence-mark                item           -           IROW        -
api:evidence-witness             interview      -           .           -
api:evidence-withdraw-consent    interview      -           IOW         -
api:evidence-earlier-interviews  interview      -           .           -
api:assessment-list              -              IROVAUXTW   IROXW       -
api:assessment-detail            assessment     IROVTW      -           -
api:evidence-link-list           -              IROVAUXTW   IXW         -
api:evidence-link-detail         link           IROVTW      -           -
api:evidence-link-remove         link           -           IW          -
api:mark-list                    -              IROVAUXTW   IXW         -
api:mark-detail                  mark           IROVTW      -           IW
api:mark-remove                  mark           -           IW          -
api:source-list                  -              IROVAUXTW   IXW         -
api:source-detail                source         IROVTW      -           IW
api:source-rate                  source         -           IW          -
api:import-list                  -              IROVAUXTW   -           -
api:import-detail                batch          IROVTW      -           -
api:finding-list                 -              IROVAUXTW   IXW         -
api:finding-detail               finding        IROVTW      -           -
api:finding-approve              finding        -           R           -
api:finding-resubmit             finding        -           IW          -
api:finding-return               finding        -           R          -
api:finding-withdraw             finding        -           IW          -
api:element-list                 -              IROVAUXTW   IXW         -
api:element-detail               element        IROVTW      -           -
api:recipient-list               -              IROVAUXTW   -           -
api:recipient-detail             recipient      IROVAUXTW   -           -
api:referral-list                -              IROVAUXTW   OX          -
api:referral-detail              referral       IROVTW      -           O
api:referral-acknowledge         referral       -           O           -
api:referral-approve             referral       -           RO          -
api:referral-close               referral       -           O           -
api:referral-correspondence      referral       -           O           -
api:referral-delivery-unknown    referral       -           O           -
api:referral-record-sent         referral       -           O           -
api:referral-reply               referral       -           O           -
api:referral-resolve-not-sent    referral       -           O           -
api:referral-resolve-sent        referral       -           O           -
api:referral-return              referral       -           RO          -
api:referral-submit              referral       -           O           -
api:referral-withdraw            referral       -           O           -
api:figure-list                  -              IROVUXTW    -           -
api:issuer-figure-list           -              IROVAUXTW   IROXW       -
api:issuer-figure-detail         issuer_figure  IROVAUXTW   -           IROXW
statements:list                  -              IROVAUX     -
statements:create                -              IX          IX
statements:detail                statement      IROV        -
statements:change                statement      I           I
api:statement-list               -              IROVAUXTW   IXW         -
api:statement-detail             statement      IROVTW      -           IW
"""

NOBODY = {
    "evidence:upload_poster": "the picture is drawn by the worker; there is none in this test",
    "evidence:preview": "the picture is drawn by the worker; there is none in this test",
    "evidence:witness": "only the people named on a case of the testimony; nobody of the cast is",
    "evidence:earlier": "the same",
    "api:evidence-witness": "the same",
    "api:evidence-earlier-interviews": "the same",
    "recognition:reveal": "the pictures are kept by the worker; there are none in this test",
    "recognition:picture": "the pictures are kept by the worker; there are none in this test",
    "evidence:use_suggestion": "the item of this test has no text that suggests anything",
    "evidence:register_attachment": "the file of this test is no message",
    "evidence:mark_add": "the item of this test is a post, which has no recording",
    "evidence:moment": "the citation of this test names no item",
    "referrals:package": "nothing leaves before it is approved",
    "accounts:lock": "signs out and goes to the sign-in page",
    "accounts:invitation": "the secret in the address is unknown",
}

PUBLIC = {"healthz", "readyz", "accounts:invitation", "api:schema"}

# Objects that belong to nobody's team or to a whole team, not to one case: a sensitive case does not hide them.
KNOWN_TO_ALL = {"-", "recipient", "issuer_figure", "person", "team", "token"}
OF_THE_TEAM = {"source", "statement"}

BODIES = {
    "api:case-close": {"reason": "Because"},
    "api:case-reopen": {"reason": "Because"},
    "api:victim-remove": {"reason": "Because"},
    "api:mark-remove": {"reason": "Because"},
    "api:perpetrator-remove": {"reason": "Because"},
    "api:finding-withdraw": {"reason": "Because"},
    "api:finding-return": {"code": "count", "note": "Count again"},
    "api:referral-withdraw": {"reason": "Because"},
    "api:referral-return": {"reason": "Because"},
    "api:referral-delivery-unknown": {"reason": "Because"},
    "api:referral-resolve-not-sent": {"reason": "Because"},
}


@dataclass(frozen=True)
class Row:
    """What is expected of one route."""

    name: str
    target: str
    verbs: dict[str, str]

    @property
    def room(self) -> str:
        return self.name.partition(":")[0]

    @property
    def api(self) -> bool:
        return self.name.startswith("api:")


def _read() -> dict[str, Row]:
    rows = {}
    for line in _ROWS.strip().splitlines():
        name, target, *cells = line.split()
        if name in rows:
            raise ValueError(f"{name} is listed twice")
        verbs = dict(zip(("get", "post", "patch"), cells, strict=False))
        rows[name] = Row(name, target, {verb: "" if who == "." else who for verb, who in verbs.items()})
    return rows


TABLE = _read()
