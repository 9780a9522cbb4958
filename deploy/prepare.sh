#!/usr/bin/env bash
# Brings this machine to where the site (or, with "test", its tests) can run: system libraries,
# then .venv with the locked dependencies. Quick when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

# PDF drawing and its Chinese font.
packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk)
if [[ ${1:-} == test ]]; then
    packages+=(chromium poppler-utils qpdf)
fi

install() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    if ((EUID == 0)) && command -v apt-get >/dev/null; then
        echo "安装系统库：${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        # A stale or half-reachable package list may still serve.
        apt-get update -qq </dev/null || true
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null && return 0
    fi
    echo "缺少系统库，请执行：sudo apt-get install -y ${missing[*]}"
    return 1
}

find_python() {
    local name
    for name in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return 0
        fi
    done
    echo "需要 Python 3.11 或更新版本，请执行：sudo apt-get install -y python3 python3-venv" >&2
    return 1
}

install "${packages[@]}" || echo "网站仍可启动；缺少的库会影响台账 PDF（测试时还有浏览器测试）。"

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian ships the two apart from Python itself.
        install python3-venv
    fi
    "$python" -m venv --clear .venv
fi

lock=requirements/development.txt
stamp=.venv/installed.sha256
if ! sha256sum --check --status "$stamp" 2>/dev/null; then
    echo "安装 Python 依赖（约一两分钟，只在依赖有变化时）…"
    .venv/bin/python -m pip install -qq --no-input --disable-pip-version-check \
        --root-user-action ignore --require-hashes -r "$lock" </dev/null
    sha256sum "$lock" >"$stamp"
fi
