"""The talent pool: the list, publicity, one talent, and each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from people.forms.talents import (
    DeclineForm,
    ExamineForm,
    LeaveForm,
    MentorForm,
    NoteForm,
    NothingForm,
    RecommendForm,
)
from people.models import Talent
from people.operations import talents as operations
from people.queries import care, talents
from people.rules.talents import TalentState, age, may_be_confirmed
from people.views.offers import Offer, wrong
from people.views.taking import done, taken
from people.wording import talents as wording

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The talents of the branches in reach, by state; in no order of merit."""
    reach = Talent.objects.in_scope(request.scope)
    counts = talents.counts(reach)
    state = request.GET.get("state", "")
    state = state if state in wording.STATES else ""
    rows = talents.with_people(reach.filter(state=state) if state else reach)
    page = Paginator(rows.order_by("branch__path", "member__name_pinyin", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    tabs = [("全部", "?", state == "", sum(counts.values()))]
    tabs += [
        (word, f"?state={key}", state == key, counts.get(key, 0))
        for key, word in wording.STATES.items()
    ]
    context = {
        "page_obj": page,
        "rows": [_row(row) for row in page.object_list],
        "tabs": tabs,
        "has_any": bool(counts),
        "may_recommend": talents.branches(request.grants).exists(),
    }
    return TemplateResponse(request, "people/talent_list.html", context)


@access.signed_in("公示期内，党委所属党员都可以看公示名单")
def publicity(request: Request) -> HttpResponse:
    """Who is on publicity: name, branch and tier, nothing else."""
    rows = talents.published(request.user, request.grants, request.today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "people/talent_publicity.html", {"page_obj": page})


@access.requires(Capability.LOG_ACTIVITIES)
def recommend(request: Request) -> HttpResponse:
    """Recommend somebody of a branch whose records one keeps."""
    places = list(talents.branches(request.grants))
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    branch = next((each for each in places if str(each.pk) == asked), None)
    branch = branch or (places[0] if places else None)
    trail = [("人才库", reverse("talent-list"))]
    if branch is None:
        return TemplateResponse(request, "people/talent_recommend.html", {"trail": trail})
    form = RecommendForm(
        request.POST if request.method == "POST" else None,
        people=talents.candidates(branch, request.user),
        terms=talents.terms(branch, request.today),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data | {"branch": branch, "by": request.user, "at": timezone.now()}
        made = done(form, lambda: operations.recommend(**facts))
        if made is not None:
            messages.success(request, "已推荐，等上级考察。")
            return redirect("talent", pk=made.pk)
    context = {"form": form, "branch": branch, "branches": places, "trail": trail}
    return TemplateResponse(request, "people/talent_recommend.html", context)


@access.signed_in("本人、联系人看自己的；支部和上级按权限看")
def talent(request: Request, *, pk: int) -> HttpResponse:
    """One talent, with the steps open to whoever looks."""
    return _page(request, get_object_or_404(talents.seen(request.user, request.grants), pk=pk))


@access.requires(Capability.REVIEW_PEOPLE)
def examine(request: Request, *, pk: int) -> HttpResponse:
    found = _reviewed(request, pk)
    form = ExamineForm(request.POST, today=request.today)
    return _step(request, found, "examine", form, operations.examine, "已登记考察意见。")


@access.requires(Capability.REVIEW_PEOPLE)
def publish(request: Request, *, pk: int) -> HttpResponse:
    found = _reviewed(request, pk)
    form = NothingForm(request.POST)
    return _step(request, found, "publish", form, operations.publish, "已开始公示。")


@access.requires(Capability.REVIEW_PEOPLE)
def confirm(request: Request, *, pk: int) -> HttpResponse:
    """Take somebody into the pool: the committee at the top alone."""
    found = _reviewed(request, pk)
    if not talents.confirms(request.grants, found.branch):
        raise Http404
    form = NothingForm(request.POST)
    return _step(request, found, "confirm", form, operations.confirm, "已入库。")


@access.requires(Capability.REVIEW_PEOPLE)
def decline(request: Request, *, pk: int) -> HttpResponse:
    found = _reviewed(request, pk)
    form = DeclineForm(request.POST)
    return _step(request, found, "decline", form, operations.decline, "已登记，已通知本人。")


@access.signed_in("支部和上级确定联系人")
def mentor(request: Request, *, pk: int) -> HttpResponse:
    """Who is in touch with somebody in the pool: for the branch and those above, not the mentor."""
    found = _overseen(request, pk)
    form = MentorForm(request.POST, people=talents.mentors(found))
    return _step(request, found, "mentor", form, operations.name_mentor, "已确定联系人。")


@access.signed_in("支部、上级和联系人登记培养情况")
def note(request: Request, *, pk: int) -> HttpResponse:
    found = _kept(request, pk)
    form = NoteForm(request.POST, today=request.today)
    return _step(request, found, "note", form, operations.note, "已登记培养情况。")


@access.signed_in("支部和上级登记出库")
def leave(request: Request, *, pk: int) -> HttpResponse:
    """What became of somebody: for the branch and those above, not the mentor."""
    found = _overseen(request, pk)
    form = LeaveForm(request.POST, today=request.today)
    return _step(request, found, "leave", form, operations.leave, "已登记出库。")


@require_POST
def _step(
    request: Request,
    found: Talent,
    name: str,
    form: forms.Form,
    operation: Callable[..., Any],
    words: str,
) -> HttpResponse:
    if form.is_valid() and taken(form, operation, talent=found, by=request.user, at=timezone.now()):
        messages.success(request, words)
        return redirect("talent", pk=found.pk)
    return _page(request, found, {name: form})


def _page(
    request: Request, found: Talent, sent: dict[str, forms.Form] | None = None
) -> HttpResponse:
    sees = talents.sees_words(found, request.user, request.grants)
    keeps = talents.keeps(found, request.user, request.grants)
    offers = _offers(request, found, keeps, sent or {})
    birth_date = found.member.birth_date
    lists = request.grants.allows(Capability.SEE_ACTIVITIES)
    context = {
        "talent": found,
        "row": _row(found),
        "age": age(birth_date, request.today) if sees and birth_date else None,
        "sees_words": sees,
        "notes": list(found.notes.select_related("entered_by").order_by("-on", "-pk"))
        if sees or keeps
        else None,
        "steps": _stages(found),
        "offers": offers,
        "needs_other": found.state == TalentState.PUBLISHED
        and found.examined_by_id == request.user.pk
        and talents.confirms(request.grants, found.branch),
        "wrong_form": wrong(offers) or next(iter((sent or {}).values()), None),
        "trail": [("人才库", reverse("talent-list"))]
        if lists
        else [("与我有关", reverse("my-people"))],
    }
    return TemplateResponse(request, "people/talent.html", context)


def _offers(
    request: Request, found: Talent, keeps: bool, sent: dict[str, forms.Form]
) -> list[Offer]:
    """Return the steps that the person looking may take now, what was sent in its place."""
    user, today, state = request.user, request.today, found.state
    reviews = care.reviews(request.grants, found.branch) and found.member.user_id != user.pk
    other = found.recommended_by_id != user.pk
    offers: list[Offer] = []

    def offer(
        name: str, title: str, form: forms.Form, button: str, note: str = "", is_main: bool = True
    ) -> None:
        url = reverse(f"talent-{name}", kwargs={"pk": found.pk})
        offers.append(Offer(title, url, sent.get(name, form), button, note, is_main))

    if reviews and other and state == TalentState.RECOMMENDED:
        offer("examine", "考察", ExamineForm(today=today), "登记考察意见")
    if reviews and state == TalentState.EXAMINED:
        days = talents.terms(found.branch, today).publicity_working_days
        words = f"从今天起公示 {days} 个工作日，只公布姓名、支部和层次。"
        offer("publish", "公示", NothingForm(), "开始公示", words)
    if state == TalentState.PUBLISHED and found.published_until and reviews:
        is_over = may_be_confirmed(found.published_until, today)
        is_other = other and found.examined_by_id != user.pk
        if is_over and is_other and talents.confirms(request.grants, found.branch):
            offer("confirm", "入库", NothingForm(), "确认入库", "公示已经结束。")
    if reviews and other and state in talents.OPEN:
        offer("decline", "不入库", DeclineForm(), "登记未入库", is_main=False)
    if keeps and state == TalentState.CONFIRMED:
        offer("note", "培养记录", NoteForm(today=today), "登记")
        if talents.oversees(found, user, request.grants):
            people = talents.mentors(found)
            chosen = {"mentor": found.mentor_id}
            offer(
                "mentor", "联系人（导师）", MentorForm(people=people, initial=chosen), "确定",
                is_main=False,
            )  # fmt: skip
            offer("leave", "出库", LeaveForm(today=today), "登记出库", is_main=False)
    return offers


def _reviewed(request: Request, pk: int) -> Talent:
    return get_object_or_404(talents.reviewed(request.user, request.grants), pk=pk)


def _kept(request: Request, pk: int) -> Talent:
    found = get_object_or_404(talents.seen(request.user, request.grants), pk=pk)
    if not talents.keeps(found, request.user, request.grants):
        raise Http404
    return found


def _overseen(request: Request, pk: int) -> Talent:
    found = get_object_or_404(talents.seen(request.user, request.grants), pk=pk)
    if not talents.oversees(found, request.user, request.grants):
        raise Http404
    return found


def _row(row: Talent) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": row.member.name,
        "branch": row.branch.short_name,
        "tier": row.get_tier_display(),
        "label": row.get_state_display(),
        "tone": wording.STATE_TONES[TalentState(row.state)],
        "recommended_on": row.recommended_on,
        "published_until": row.published_until,
        "confirmed_on": row.confirmed_on,
        "mentor": row.mentor.name if row.mentor else "",
    }


def _stages(row: Talent) -> list[tuple[str, str]]:
    if row.state == TalentState.DECLINED:
        return []
    order = list(wording.STATES)
    names = ("支部推荐", "上级考察", "公示", "入库")
    done = min(order.index(TalentState(row.state)), 3) if row.state != TalentState.LEFT else 3
    return [
        (name, "done" if place <= done else "now" if place == done + 1 else "")
        for place, name in enumerate(names)
    ]
