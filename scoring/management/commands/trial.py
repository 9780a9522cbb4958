"""Try a scheme on a spreadsheet: no database is read or written."""

import os
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from branches.spreadsheets import neutralise
from scoring.rules import rating, reading, sheets, trial_files
from scoring.rules.problems import BadFile

PRESETS = Path(__file__).resolve().parents[2] / "presets"
MOST_SHOWN = 100


class Command(BaseCommand):
    """Rate the subjects of a facts file by a scheme, exactly as a run would."""

    help = "按方案试算一张表：读取事实表，写出结果表，不使用数据库。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scheme", metavar="SCHEME", help="预置方案的代码，或方案文件的路径")
        parser.add_argument(
            "--facts", required=True, type=Path, help="事实表：subject,group,item,quantity,base"
        )
        parser.add_argument("--previous", type=Path, help="以往各期结果表（可选）")
        parser.add_argument("--out", required=True, type=Path, help="结果表写到哪里")

    def handle(
        self, *, scheme: str, facts: Path, previous: Path | None, out: Path, **_options: object
    ) -> None:
        """Write the results to ``out``, whole or not at all.

        :raises CommandError: a file is missing, bad or cannot be written.
        """
        source = _scheme_file(scheme)
        if out.resolve() in {path.resolve() for path in (source, facts, previous) if path}:
            raise CommandError(f"{out}：结果表不能写在输入文件上，请换一个文件名")
        refused: list[str] = []
        try:
            method = reading.read(_text(source))
        except BadFile as error:
            raise CommandError(_listed(error.described(str(source)))) from None
        subjects, history = [], []
        try:
            subjects = trial_files.parse_facts(_text(facts), method)
        except BadFile as error:
            refused += error.described(str(facts))
        if previous is not None:
            try:
                history = trial_files.parse_previous(_text(previous), method)
            except BadFile as error:
                refused += error.described(str(previous))
        if refused:
            raise CommandError(_listed(refused))
        results = rating.rate(method, subjects, history)
        _write(out, trial_files.result_text(method, results, cell=neutralise))
        self.stdout.write(f"已试算 {len(subjects)} 个对象，结果已写入 {out}")


def _scheme_file(scheme: str) -> Path:
    """Return the preset of that code, else the path itself."""
    presets = {path.stem: path for path in sorted(PRESETS.glob("*.toml"))}
    if scheme in presets:
        return presets[scheme]
    path = Path(scheme)
    if not path.is_file():
        raise CommandError(
            f"没有方案“{scheme}”：既不是预置方案的代码（{'、'.join(presets)}），也不是文件的路径"
        )
    return path


def _text(path: Path) -> str:
    try:
        return sheets.decoded(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path}：无法读取（{error.strerror}）") from None


def _listed(lines: list[str]) -> str:
    shown = lines[:MOST_SHOWN]
    if len(lines) > len(shown):
        shown.append(f"……另有 {len(lines) - len(shown)} 处")
    return "\n".join([f"文件有 {len(lines)} 处错误，未写出任何结果：", *shown])


def _write(out: Path, text: str) -> None:
    # Beside the target, so that the replacement is one step on one file system.
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.replace(beside, out)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(f"{out}：无法写入（{error.strerror}）") from None
