"""Signing in: the rotating code, and what a sign-in says of a person."""

from __future__ import annotations

from enum import StrEnum


class SignInMethod(StrEnum):
    """Three equal ways; ROLL is the chair's own mark and needs no row of its own."""

    QR = "QR"
    CODE = "CODE"
