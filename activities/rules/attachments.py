"""What may be attached to a record: how much, and the words for it."""

from __future__ import annotations

MOST_OF_A_RECORD = 20


def words(photos: int, files: int) -> str:
    """Return how the minutes name what is attached: 照片 3 张，文件 1 份; "" without any."""
    said = [f"照片 {photos} 张"] if photos else []
    said += [f"文件 {files} 份"] if files else []
    return "，".join(said)
