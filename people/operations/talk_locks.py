"""Holding a talk for one step."""

from __future__ import annotations

from people.models import Talk


def locked(talk: Talk) -> Talk:
    """Return the talk as it stands, without its words, held until the end of the transaction."""
    Talk.objects.select_for_update().only("pk").get(pk=talk.pk)
    # Read after the lock: a join that may be empty does not see what was waited for.
    return (
        Talk.objects.without_words()
        .select_related("branch", "member__user", "talker__user")
        .defer(
            "member__id_number",
            "member__phone",
            "talker__id_number",
            "talker__phone",
        )
        .get(pk=talk.pk)
    )
