"""What was said in a talk is read by the two who talked and, if shared, by the secretary of that
very branch; nobody else, on no page, in no export, log or dump.

A word that stands nowhere else is said in two talks, one of them shared. Whoever is let in reads
it in the same set-up, so that a denial counts.
"""

import ast
import datetime as dt
import io
import logging
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches import ledgers, pdf
from branches.models import AuditEntry, Notice, Organization, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from members.ledgers import ROSTER
from people.models import Talk, TalkReading
from people.operations import talk_problems, talk_words, talks
from people.operations.talks import Held
from people.queries.talk_texts import Words
from people.rules.talks import TalkReason
from tests.conftest import FOUNDED, set_up
from tests.people.talking import enrol
from tests.test_walls import ALL_NAMES, WITH_OBJECT, _arguments, addresses, theirs  # noqa: F401

CANARY = "暗记"
NOTE, ANSWER = f"{CANARY}其一QX7", f"{CANARY}其二QX8"
OF_TALKS = [name for name in WITH_OBJECT if name.startswith("talk")]


@pytest.fixture
def two(branch_b, person) -> dict[str, Client]:
    """Who talked: the talker and the member, both of branch B."""
    found = {"talker": person(), "member": person()}
    for name, client in found.items():
        client.member = enrol(branch_b, {"talker": "丁", "member": "丙"}[name], client.user)
    return found


@pytest.fixture
def said(two) -> dict[str, Talk]:
    """Two talks with the word in note and answer: one shared with the secretary, one not."""
    at = timezone.now()
    found = {}
    for name, is_shared in (("unshared", False), ("shared", True)):
        held = Held(timezone.localdate(at), "休息室", NOTE, is_shared)
        reason = TalkReason.UPSET if is_shared else TalkReason.REGULAR
        row = talks.record(
            member=two["member"].member, reason=reason, held=held, by=two["talker"].user, at=at
        )
        talk_words.answer(talk=row, text=ANSWER, by=two["member"].user, at=at)
        found[name] = row
    return found


@pytest.fixture
def third(committee, branch_a, branch_b, person, at) -> dict[str, Client]:
    """Everybody else."""
    group = set_up("QF0201", "机电一组", OrganizationKind.GROUP, branch_b, at)
    places = {"committee": committee, "branch_a": branch_a, "branch_b": branch_b}
    found = {
        f"{role} {name}": person(role, place)
        for name, place in places.items()
        for role in Role
        if role != Role.GROUP_LEADER
    }
    found["GROUP_LEADER group"] = person(Role.GROUP_LEADER, group)
    found["nobody"] = person()
    found["colleague"] = person()
    enrol(branch_b, "戊", found["colleague"].user)
    # Had the post when the talk was shared, and has lost it since.
    found["former secretary"] = former = person()
    Post.objects.create(
        user=former.user, organization=branch_b, role=Role.SECRETARY, started_on=FOUNDED,
        ended_on=timezone.localdate(),
    )  # fmt: skip
    return found


SECRETARY = "SECRETARY branch_b"
# Who tries every address: branch A and its kind reach nothing of B (tests/test_walls.py).
EVERYWHERE = (
    *(f"{role} branch_b" for role in Role if role != Role.GROUP_LEADER),
    *(f"{role} committee" for role in (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR)),
    "AUDITOR committee", "GROUP_LEADER group", "colleague",
)  # fmt: skip


def text_of(answer: Any) -> str:
    """Everything somebody who gets an answer could read in it: PDF and workbooks are opened."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return _opened(content)


def _opened(content: bytes) -> str:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(_opened(packed.read(name)) for name in packed.namelist())
    if content[:5] == b"%PDF-":
        with pikepdf.open(io.BytesIO(content)) as document:
            kept = [each.read_bytes() for each in document.objects if _is_readable(each)]
        shown = subprocess.run(
            ["pdftotext", "-", "-"], input=content, capture_output=True, check=True
        )
        return "".join(part.decode(errors="ignore") for part in [*kept, shown.stdout])
    return content.decode(errors="ignore")


def _is_readable(each: Any) -> bool:
    return isinstance(each, pikepdf.Stream) and each.get("/Subtype") != "/Image"


def test_the_two_and_the_secretary_of_a_shared_one_read_it(two, third, said):
    shown = {
        (name, key): text_of(client.post(reverse("talk-read", kwargs={"pk": row.pk})))
        for name, client in {**two, **third}.items()
        for key, row in said.items()
    }

    let_in = {who for who, text in shown.items() if NOTE in text and ANSWER in text}
    assert let_in == {who for who, text in shown.items() if CANARY in text}
    both = {(name, key) for name in ("talker", "member") for key in said}
    assert let_in == both | {(SECRETARY, "shared")}
    assert TalkReading.objects.count() == len(let_in)


def test_opening_the_page_shows_nothing_yet(two, said):
    for client in two.values():
        for row in said.values():
            page = client.get(reverse("talk", kwargs={"pk": row.pk}))
            assert (page.status_code, CANARY in text_of(page)) == (200, False)
    assert not TalkReading.objects.exists()


def test_a_talk_does_not_exist_for_third_parties(third, said):
    found = {}
    for who, client in third.items():
        for key, row in said.items():
            if (who, key) == (SECRETARY, "shared"):
                continue
            for name in OF_TALKS:
                url = reverse(name, kwargs={"pk": row.pk})
                got, posted = client.get(url).status_code, client.post(url, {}).status_code
                if got not in (404, 405) or posted != 404:
                    found[who, key, name] = (got, posted)
    assert found == {}


def test_no_address_shows_it_to_third_parties(theirs, third, said):  # noqa: F811
    """Every address with the keys of everything in the branch, for everybody."""
    leaks = []
    patterns = [pattern for pattern in addresses() if pattern.name]
    for who in EVERYWHERE:
        for pattern in patterns:
            for row in said.values() if pattern.name in OF_TALKS else [said["shared"]]:
                known = theirs | {"talk": row.pk, "member": row.member_id}
                arguments = _arguments(pattern.name, known) if pattern.pattern.converters else {}
                answer = third[who].get(reverse(pattern.name, kwargs=arguments))
                if CANARY in text_of(answer):
                    leaks.append((who, pattern.name))
    assert leaks == []


def test_no_address_shows_it_unasked_to_the_two(theirs, two, said):  # noqa: F811
    """They too read it nowhere but behind the button that keeps who looked."""
    leaks = []
    for who, client in two.items():
        for name in ALL_NAMES:
            known = theirs | {"talk": said["shared"].pk}
            pattern = next(each for each in addresses() if each.name == name)
            arguments = _arguments(name, known) if pattern.pattern.converters else {}
            if CANARY in text_of(client.get(reverse(name, kwargs=arguments))):
                leaks.append((who, name))
    assert leaks == []


def test_searching_finds_nothing(third, said):
    """A word that is typed is echoed, so the other half of the note is looked for."""
    typed, other = NOTE[:4], NOTE[4:]
    for url in ("/members/", "/audit/", "/problems/", "/jobs/", "/accounts/", "/activities/"):
        for client in third.values():
            for word in (typed, "谈话"):
                answer = client.get(url, {"q": word, "search": word})
                assert other not in text_of(answer)


def test_exports_and_ledgers_leave_it_out(committee, branch_b, third, two, said):
    for who in ("SECRETARY branch_b", "ADMINISTRATOR committee", "SECRETARY committee"):
        answer = third[who].post("/members/export/", {})
        book = text_of(answer)
        assert (answer.status_code, "丙" in book, CANARY in book) == (200, True, False)
    year, month = Period.parse(str(timezone.localdate().year)), Period.containing(FOUNDED)
    kinds = ledgers.catalogue()
    assert len(kinds) > 3
    for kind in kinds:
        for place in (committee, branch_b):
            for period in (year, Period.containing(timezone.localdate()), month):
                if period.kind not in kind.periods or place.kind not in kind.kinds:
                    continue
                assert CANARY not in repr(kind.build(place, period)), kind.code


def test_a_printed_roll_leaves_it_out(branch_b, two, said):
    kind = ledgers.get(ROSTER)
    assert kind is not None
    drawn = pdf.draw_ledger(kind.build(branch_b, Period.containing(timezone.localdate())))

    printed = _opened(drawn.content)
    assert ("丙" in printed, CANARY in printed) == (True, False)


def test_no_table_holds_it_in_plain_text(third, two, said):
    """The talks themselves, the audit, notices, sessions, jobs: all that a dump would tell."""
    client = two["talker"]
    client.post(reverse("talk-read", kwargs={"pk": said["shared"].pk}))
    problem = talk_problems.raise_problem(
        talk=said["shared"], text="班车晚点", has_consent=True, by=client.user, at=timezone.now()
    )

    found, seen = [], 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            rows = [row for (row,) in cursor.fetchall()]
            seen += len(rows)
            found += [table for row in rows if CANARY in row]
    assert found == []
    assert seen > 50
    assert problem.text == "班车晚点"
    said["shared"].refresh_from_db()
    assert said["shared"].note == NOTE


def test_notices_and_the_audit_name_nothing_of_it(two, said):
    entries = AuditEntry.objects.filter(action__startswith="talk.")
    assert {entry.object_text for entry in entries} == {"谈心谈话"}
    assert {name for entry in entries for name in (entry.after or {})} == {"held_on", "is_shared"}
    texts = "".join(Notice.objects.values_list("text", flat=True))
    assert ("登记了和您的谈心谈话" in texts, CANARY in texts) == (True, False)


def test_nothing_prints_it_by_itself(said):
    row = said["shared"]
    row.refresh_from_db()
    held = Held(dt.date(2026, 10, 20), "室", NOTE)

    told = [repr(row), str(row), repr(Words(NOTE, ANSWER)), repr(held)]
    assert (row.note, CANARY in "".join(told)) == (NOTE, False)


def hold(client: Client, member: int) -> Any:
    given = {"member": member, "reason": "REGULAR", "held_on": timezone.localdate(), "place": "室"}
    return client.post("/talks/hold/", given | {"note": NOTE})


def test_logs_leave_it_out(two, branch_b, caplog):
    caplog.set_level(logging.DEBUG)
    client = two["talker"]
    answer = hold(client, two["member"].member.pk)
    row = Talk.objects.get()
    client.post(reverse("talk-read", kwargs={"pk": row.pk}))
    client.post(reverse("talk-correct", kwargs={"pk": row.pk}), {"note": f"{NOTE}改"})
    two["member"].post(reverse("talk-answer", kwargs={"pk": row.pk}), {"text": ANSWER})
    two["member"].post(reverse("talk-read", kwargs={"pk": row.pk}))

    row.refresh_from_db()
    assert (answer.status_code, row.note, row.answer) == (302, f"{NOTE}改", ANSWER)
    assert CANARY not in caplog.text


def test_a_crash_while_it_is_written_leaves_it_out(two, settings, caplog):
    """Without a key nothing can be sealed: the page fails with the note in its hands."""
    settings.FIELD_KEYS = []
    settings.ADMINS = [("值班", "admin@example.org")]
    client = two["talker"]
    client.raise_request_exception = False

    answer = hold(client, two["member"].member.pk)

    assert answer.status_code == 500
    [report] = mail.outbox
    assert "/talks/hold/" in report.body
    assert "held_on" in report.body
    told = answer.content.decode() + caplog.text + report.body + str(vars(report))
    assert CANARY not in told
    assert not Talk.objects.exists()


def test_one_module_reads_it_and_one_writes_it():
    """Whoever names the two columns in another module has opened another way to them."""
    root = Path(settings.BASE_DIR)
    naming = set()
    for path in sorted((root / "people").rglob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        touched = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in ("note", "answer")
        }
        if "Talk" in imported and touched:
            naming.add(str(path.relative_to(root)))
    assert naming == {
        "people/operations/talk_words.py",
        "people/operations/talks.py",  # what the talker hands in
        "people/views/my_talks.py",  # what ``talk_words.read`` handed out
    }


def test_only_the_keeper_of_readings_asks_for_the_words():
    root = Path(settings.BASE_DIR)
    asking = {
        str(path.relative_to(root))
        for app in ("branches", "members", "activities", "people", "scoring", "config")
        for path in (root / app).rglob("*.py")
        if "words_of(" in path.read_text() and "talk_texts" in path.read_text()
    }
    assert asking == {"people/operations/talk_words.py"}


def test_the_branch_stays_what_it_was(branch_b, said):
    """The set-up itself: both talks are of branch B, and sealed."""
    assert {row.branch for row in Talk.objects.select_related("branch")} == {
        Organization.objects.get(pk=branch_b.pk)
    }
