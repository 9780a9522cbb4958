from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.rules.study import ORDERED_KINDS, EnrolmentState, OrderState
from activities.wording import KINDS
from activities.wording import study as wording
from branches.scope import Scope


class Lecturer(models.Model):
    """Somebody who gives courses; ``member`` when on the roll."""

    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=30)
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="账号",
    )  # fmt: skip
    work_place = models.CharField("单位、职务", max_length=60, blank=True)
    strengths = models.CharField("擅长", max_length=100, blank=True)
    is_active = models.BooleanField("在任", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "讲师"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class EducationBase(models.Model):
    """A place of education one visits (C08)."""

    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=100, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    about = models.CharField("内容", max_length=200, blank=True)
    is_active = models.BooleanField("可用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "教育基地"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """A course on the menu of a committee (下单); hours are class hours."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="courses", verbose_name="开课党委"
    )
    title = models.CharField("课程", max_length=80)
    topic = models.CharField("主题", max_length=12, choices=list(wording.TOPICS.items()))
    study_list = models.CharField("清单", max_length=8, choices=list(wording.LISTS.items()))
    module = models.CharField("模块", max_length=40, blank=True)
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1)
    summary = models.TextField("内容简介", max_length=1000, blank=True)
    lecturers = models.ManyToManyField(Lecturer, related_name="courses", blank=True)
    is_offered = models.BooleanField("在菜单上", default=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "课程"
        ordering = ["study_list", "topic", "title", "id"]
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="course_has_hours")]

    def __str__(self) -> str:
        return self.title


class CourseOrderQuerySet(models.QuerySet["CourseOrder"]):
    def in_scope(self, scope: Scope) -> CourseOrderQuerySet:
        return self.filter(scope.q("branch__path"))


class CourseOrder(models.Model):
    """A branch orders a course (选单), a lecturer accepts (接单), the branch rates it (1 to 5)."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="orders")
    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="course_orders"
    )
    # What it becomes once somebody accepts: a lecture (党课) or a study meeting.
    kind = models.CharField(
        "活动类别", max_length=20, choices=[(kind.value, KINDS[kind]) for kind in ORDERED_KINDS]
    )
    wanted_on = models.DateField("希望日期")
    wanted_at = models.TimeField("希望时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    note = models.CharField("要求", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=9, choices=list(wording.ORDER_STATES.items()), default=OrderState.ASKED
    )
    asked_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("选单时间")
    lecturer = models.ForeignKey(
        Lecturer, models.PROTECT, null=True, blank=True, related_name="orders"
    )
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    activity = models.OneToOneField(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="course_order"
    )
    course_rating = models.PositiveSmallIntegerField("课程评分", null=True, blank=True)
    lecturer_rating = models.PositiveSmallIntegerField("讲师评分", null=True, blank=True)
    comment = models.CharField("评价", max_length=300, blank=True)
    rated_at = models.DateTimeField("评价时间", null=True)

    objects = CourseOrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选单"
        ordering = ["-wanted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=OrderState.RATED)
                | Q(course_rating__range=(1, 5), lecturer_rating__range=(1, 5)),
                name="rated_order_has_its_ratings",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.ACCEPTED, OrderState.HELD, OrderState.RATED])
                | Q(activity__isnull=False, lecturer__isnull=False),
                name="accepted_order_has_its_activity",
            ),
            models.UniqueConstraint(
                fields=["course", "branch", "wanted_on"],
                condition=Q(state__in=[OrderState.ASKED, OrderState.ACCEPTED]),
                name="one_standing_order_a_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.course)


class Lesson(models.Model):
    """What an activity taught: topic, course, hours. Without ``hours`` its duration counts."""

    activity = models.OneToOneField("activities.Activity", models.CASCADE, related_name="lesson")
    topic = models.CharField("主题", max_length=12, choices=list(wording.TOPICS.items()))
    study_list = models.CharField(
        "清单", max_length=8, choices=list(wording.LISTS.items()), blank=True
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="lessons"
    )
    base = models.ForeignKey(
        EducationBase, models.PROTECT, null=True, blank=True, related_name="visits"
    )
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学习内容"

    def __str__(self) -> str:
        return self.get_topic_display()


class TrainingClass(models.Model):
    """A training class (班次); ``theory_hours`` are those of theory and party spirit."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="classes", verbose_name="主办"
    )
    title = models.CharField("班次", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=list(wording.CLASSES.items()))
    topic = models.CharField("主题", max_length=12, choices=list(wording.TOPICS.items()))
    place = models.CharField("地点", max_length=60, blank=True)
    started_on = models.DateField("开班日期")
    ended_on = models.DateField("结业日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    theory_hours = models.DecimalField("理论和党性学时", max_digits=5, decimal_places=1)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")
    closed_at = models.DateTimeField("结业登记", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "培训班"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")), name="class_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(theory_hours__lte=F("hours"), theory_hours__gte=0),
                name="class_theory_within_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Enrolment(models.Model):
    """Somebody is called up to a class (调训), and what came of it."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="enrolments")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="enrolments")
    called_on = models.DateField("调训日期")
    state = models.CharField(
        "状态",
        max_length=8,
        choices=list(wording.ENROLMENTS.items()),
        default=EnrolmentState.CALLED,
    )
    days = models.DecimalField("参训天数", max_digits=4, decimal_places=1, null=True, blank=True)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, null=True, blank=True)
    score = models.DecimalField("考试成绩", max_digits=4, decimal_places=1, null=True, blank=True)
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学员"
        ordering = ["training_class", "member__name_pinyin", "member_id"]
        constraints = [
            models.UniqueConstraint(fields=["training_class", "member"], name="enrolled_once"),
            models.CheckConstraint(
                condition=~Q(state=EnrolmentState.ATTENDED) | Q(hours__isnull=False),
                name="attended_class_has_hours",
            ),
        ]
        indexes = [models.Index(fields=["member", "called_on"], name="enrolment_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id}"


class StudyCredit(models.Model):
    """Study that no record knows (self-study with proof, a course elsewhere), in class hours."""

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="study_credits")
    title = models.CharField("学习内容", max_length=80)
    topic = models.CharField("主题", max_length=12, choices=list(wording.TOPICS.items()))
    happened_on = models.DateField("日期")
    unit = models.CharField("单位", max_length=8, choices=list(wording.UNITS.items()))
    amount = models.DecimalField("数量", max_digits=4, decimal_places=1)
    # By the conversion table then in force (H5).
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    evidence = models.CharField("佐证", max_length=200)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField("作废原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学时登记"
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_has_an_amount"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="voided_credit_has_its_reason",
            ),
            models.UniqueConstraint(
                fields=["member", "title", "happened_on"],
                condition=Q(voided_at__isnull=True),
                name="one_standing_credit",
            ),
        ]
        indexes = [models.Index(fields=["member", "happened_on"], name="credit_of_member")]

    def __str__(self) -> str:
        return self.title
