"""Quizzes: kinds of question and how a paper is marked."""

from __future__ import annotations

from enum import StrEnum


class QuestionKind(StrEnum):
    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"
    JUDGE = "JUDGE"
