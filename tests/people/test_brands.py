"""一支部一品牌: one at a time, with cases; the branches of a committee read one another's."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from activities.operations.refusals import Refused
from branches.rules.roles import Role
from people.models import Brand, BrandCase
from people.operations import brands as operations
from people.operations.brands import CaseFacts
from tests.conftest import set_up
from tests.people.conftest import moment

D = dt.date
MONDAY = D(2026, 11, 2)
ONE = dt.timedelta(days=1)


@pytest.fixture
def brand(branch_a, secretary):
    return operations.make(
        branch=branch_a, name="红色掘进", meaning="难处有我", started_on=MONDAY, by=secretary,
        at=moment(MONDAY),
    )  # fmt: skip


@pytest.fixture
def case(brand, secretary):
    facts = CaseFacts(MONDAY, "抢修", "六小时恢复供电", True)
    return operations.add_case(brand=brand, facts=facts, by=secretary, at=moment(MONDAY))


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def photo() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "PNG")
    return SimpleUploadedFile("现场.png", content.getvalue(), "image/png")


def test_a_brand_does_not_end_before_it_began(brand):
    with pytest.raises(IntegrityError, match="brand_ended_after_it_began"):
        Brand.objects.update(ended_on=MONDAY - ONE)


def test_one_brand_a_branch(brand, branch_a, secretary):
    given = {"branch": branch_a, "meaning": "内涵", "started_on": MONDAY, "by": secretary}
    with pytest.raises(Refused, match="已经有品牌“红色掘进”"):
        operations.make(**given, name="别的", at=moment(MONDAY))
    operations.end(brand=brand, ended_on=MONDAY, by=secretary, at=moment(MONDAY))
    operations.make(**given, name="别的", at=moment(MONDAY))

    assert Brand.objects.filter(ended_on__isnull=True).get().name == "别的"


@pytest.mark.parametrize(("seconds", "again"), [(0, True), (59, True), (60, False)])
def test_what_is_sent_twice_is_one_brand(brand, branch_a, secretary, seconds, again):
    given = {
        "branch": branch_a, "name": "红色掘进", "meaning": "难处有我", "started_on": MONDAY,
        "by": secretary, "at": moment(MONDAY) + dt.timedelta(seconds=seconds),
    }  # fmt: skip
    if again:
        assert operations.make(**given) == brand
    else:
        with pytest.raises(Refused, match="已经有品牌"):
            operations.make(**given)


@pytest.mark.parametrize(
    ("on", "title", "story", "said"),
    [
        (MONDAY - ONE, "抢修", "做法", "不能早于品牌的创建日期"),
        (MONDAY + ONE, "抢修", "做法", "不能晚于今天"),
        (MONDAY, " ", "做法", "请写明案例的名称"),
        (MONDAY, "抢修", " ", "请写明案例的名称"),
    ],
)
def test_what_is_no_case(brand, secretary, on, title, story, said):
    with pytest.raises(Refused, match=said):
        operations.add_case(
            brand=brand, facts=CaseFacts(on, title, story), by=secretary, at=moment(MONDAY)
        )


@pytest.mark.parametrize(
    ("ended_on", "said"),
    [(MONDAY - ONE, "不能早于创建日期"), (MONDAY + ONE, "不能晚于今天")],
)
def test_how_it_is_not_ended(brand, secretary, ended_on, said):
    with pytest.raises(Refused, match=said):
        operations.end(brand=brand, ended_on=ended_on, by=secretary, at=moment(MONDAY))


def test_an_ended_brand_stands_as_it_was(brand, case, secretary):
    operations.end(brand=brand, ended_on=MONDAY, by=secretary, at=moment(MONDAY))
    given = {"by": secretary, "at": moment(MONDAY)}
    facts = CaseFacts(MONDAY, "别的", "做法")
    for change in (
        lambda: operations.change(brand=brand, name="别的", meaning="内涵", **given),
        lambda: operations.end(brand=brand, ended_on=MONDAY, **given),
        lambda: operations.add_case(brand=brand, facts=facts, **given),
        lambda: operations.change_case(case=case, facts=facts, **given),
    ):
        with pytest.raises(Refused, match="已经停用"):
            change()


def test_the_whole_committee_learns_from_it(brand, case, branch_b, join, person, committee):
    other = client_of(join(branch_b, "乙", user=person().user).user)
    stranger = client_of(person().user)
    secretary_b = person(Role.SECRETARY, branch_b)

    assert "红色掘进" in other.get("/brands/").content.decode()
    page = other.get(f"/brands/{brand.pk}/").content.decode()
    assert ("六小时恢复供电" in page, "写案例" in page) == (True, False)
    assert stranger.get(f"/brands/{brand.pk}/").status_code == 404
    assert secretary_b.post(f"/brands/{brand.pk}/end/", {}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", 1), ("?q=掘进", 1), ("?q=供电", 1), ("?q=没有的", 0), ("?innovation=1", 1)],
)
def test_it_is_found_by_a_word_of_it_or_of_a_case(case, secretary, asked, found):
    page = client_of(secretary).get(f"/brands/{asked}")

    assert len(page.context["brands"]) == found


def test_without_an_innovation_it_is_not_among_them(brand, secretary):
    page = client_of(secretary).get("/brands/?innovation=1")

    assert len(page.context["brands"]) == 0


def test_from_the_brand_to_a_case_with_its_photo(
    branch_a, branch_b, secretary, join, person, set_clock
):
    set_clock(MONDAY)
    keeper = client_of(secretary)
    reader = client_of(join(branch_b, "乙", user=person().user).user)
    sent = {
        "branch": branch_a.pk, "name": "红色掘进", "meaning": "难处有我",
        "started_on": "2026-11-02",
    }  # fmt: skip
    assert "请填写品牌。" in keeper.post("/brands/new/", sent | {"name": ""}).content.decode()
    url = keeper.post("/brands/new/", sent).url
    told = {"title": "抢修", "on": "2026-11-02", "story": "六小时恢复", "is_innovation": "on"}
    bad = SimpleUploadedFile("坏.exe", b"MZ", "application/octet-stream")
    wrong = keeper.post(f"{url}cases/new/", told | {"upload": bad})
    assert (wrong.status_code, BrandCase.objects.count()) == (200, 0)
    keeper.post(f"{url}cases/new/", told | {"upload": photo()})
    row = BrandCase.objects.get()
    file = reader.get(f"/brands/cases/{row.pk}/file/?size=small")
    assert (file.status_code, file["Content-Type"]) == (200, "image/jpeg")
    assert client_of(person().user).get(f"/brands/cases/{row.pk}/file/").status_code == 404
    keeper.post(f"/brands/cases/{row.pk}/", told | {"story": "五小时恢复"})
    row.refresh_from_db()
    assert (row.story, row.document is not None) == ("五小时恢复", True)
    assert "五小时恢复" in reader.get(url).content.decode()


def test_a_list_costs_the_same_for_one_and_thirty(brand, case, committee, secretary, at, person):
    reader = person(Role.REVIEWER, committee)
    cost = []
    for n in range(30):
        if n:
            place = set_up(f"QF9{n:02d}", f"支部{n}", "BRANCH", committee, at)
            row = Brand.objects.create(
                branch=place, name=f"品牌{n}", meaning="内涵", started_on=MONDAY,
                made_by=secretary, made_at=at,
            )  # fmt: skip
            BrandCase.objects.create(
                brand=row, on=MONDAY, title="案例", story="做法", made_by=secretary, made_at=at
            )
        if n in (0, 29):
            reader.get("/brands/")
            with CaptureQueriesContext(connection) as queries:
                reader.get("/brands/")
            cost.append(len(queries))
    assert cost[0] == cost[1]
