"""As whom PostgreSQL runs, and who owns its files, when the caller may not run it directly."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from config.binaries import LocalServerError

NOBODY = 65534
# PostgreSQL refuses root, and a number without a name. A user namespace leaves every file with
# its owner; where a container forbids namespaces, root becomes "nobody", who owns the cluster
# and keeps the one capability that lets it pass through closed parent folders.
USER_NAMESPACE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
AS_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


def server_user(program: Path, folder: Path) -> tuple[Sequence[str], int]:
    """The command to put before PostgreSQL's programs, and the owner its files must have.

    Empty for an ordinary user. Otherwise the first way in which ``program`` runs and
    ``folder`` is within reach. Raises LocalServerError where there is none.
    """
    user = os.geteuid()
    if user != 0 and _has_name(user):
        return (), user
    ways: list[tuple[Sequence[str], int]] = [(USER_NAMESPACE, user)]
    if user == 0:
        ways.append((AS_NOBODY, NOBODY))
    probe = ["sh", "-c", '"$1" --version && test -x "$2"', "sh", str(program), str(folder)]
    for prefix, owner in ways:
        if shutil.which(prefix[0]) is None:
            continue
        tried = subprocess.run(  # noqa: S603
            [*prefix, *probe], check=False, capture_output=True, cwd="/"
        )
        if tried.returncode == 0:
            return prefix, owner
    raise LocalServerError(
        "PostgreSQL 不能以 root 或没有名字的用户身份运行，而这里的 unshare 和 setpriv 都不可用。"
        "请换一个普通用户，或设置 DATABASE_URL 与 REDIS_URL。"
    )


def _has_name(user: int) -> bool:
    # In a container the user may be a bare number; initdb insists on a name.
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def own_folder(path: Path, owner: int | None = None) -> None:
    """Make ``path`` closed to others and, as root, hand it to ``owner`` if one is named.

    Raises LocalServerError for a stranger's folder: in /tmp, that could listen in.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = path.lstat()
    trusted = {0, NOBODY} if os.geteuid() == 0 else {os.geteuid()}
    if os.geteuid() == 0 and not path.is_relative_to("/tmp"):  # noqa: S108
        trusted.add(state.st_uid)  # root in somebody's checkout
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in trusted:
        raise LocalServerError(f"文件夹 {path} 属于其他用户，不能使用。请删除它后重试。")
    if owner is not None and state.st_uid != owner:
        for inside in (path, *path.rglob("*")):
            os.chown(inside, owner, -1, follow_symlinks=False)
    path.chmod(0o700)
