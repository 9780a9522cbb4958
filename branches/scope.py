"""How far somebody reaches: a filter made once per request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from branches.rules import tree


@dataclass(frozen=True, slots=True)
class Scope:
    """The subtrees somebody reaches with one capability.

    ``roots`` are organisation paths, none inside another. An empty scope reaches
    nothing; it never means "no restriction".
    """

    roots: tuple[str, ...] = ()

    @classmethod
    def over(cls, paths: Iterable[str]) -> Scope:
        """Return the scope of the outermost of ``paths``."""
        outermost: list[str] = []
        for path in sorted(paths):
            if not (outermost and path.startswith(outermost[-1])):
                outermost.append(path)
        return cls(tuple(outermost))

    def q(self, *path_fields: str) -> Q:
        """Return the filter for rows one of whose organisation paths is in the subtrees."""
        reach = Q(pk__in=[])
        for root in self.roots:
            for field in path_fields:
                reach |= Q(**{f"{field}__startswith": root})
        return reach

    def below_q(self, path_field: str) -> Q:
        """Return the filter for rows strictly below the roots: the roots' own are left out."""
        return self.q(path_field) & ~Q(**{f"{path_field}__in": self.roots})

    def lineage(self) -> list[str]:
        """Return the paths of the roots and of everything above them."""
        return sorted({path for root in self.roots for path in tree.lineage(root)})

    def reaches(self, path: str) -> bool:
        return any(path.startswith(root) for root in self.roots)

    def is_above(self, path: str) -> bool:
        """Return whether a root lies strictly above the organisation at ``path``."""
        return any(path.startswith(root) and path != root for root in self.roots)

    def __bool__(self) -> bool:
        return bool(self.roots)


EVERYWHERE = Scope(("",))  # every path begins with nothing
