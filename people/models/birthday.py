from __future__ import annotations

from django.db import models

from branches.scope import Scope


class BirthdayQuerySet(models.QuerySet["PoliticalBirthday"]):
    def in_scope(self, scope: Scope) -> BirthdayQuerySet:
        return self.filter(scope.q("branch__path"))


class PoliticalBirthday(models.Model):
    """What was done for a member's political birthday (政治生日) of a year: greeting, talk, oath.

    The day itself comes from the day of admission; there is a row once something was done.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="birthdays", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="political_birthdays", verbose_name="党员"
    )
    year = models.PositiveSmallIntegerField("年份")
    greeting = models.CharField("贺词", max_length=300, blank=True)
    greeted_on = models.DateField("祝贺日期", null=True, blank=True)
    greeted_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    talk = models.OneToOneField(
        "people.Talk", models.PROTECT, null=True, blank=True, related_name="birthday"
    )
    oath_on = models.DateField("重温入党誓词日期", null=True, blank=True)

    objects = BirthdayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政治生日"
        ordering = ["year", "member"]
        constraints = [
            models.UniqueConstraint(fields=["member", "year"], name="one_birthday_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.member_id}/{self.year}"
