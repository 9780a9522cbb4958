"""Names of invented people."""

from __future__ import annotations

from scoring.demo.chance import mixed

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏"
    "苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾夏韦付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史贺顾毛郝龚邵万"
    "覃武钱戴严莫孔向常汤康易乔单仇翟查解葛华"
)
_MEN = (
    "志强", "建国", "建军", "国庆", "永刚", "海涛", "卫东", "文斌", "立新", "晓东", "俊峰", "宏伟",
    "少华", "振华", "明亮", "春生", "玉山", "长林", "德胜", "宝山", "金柱", "根生", "学文", "学军",
    "红军", "向阳", "光明", "庆丰", "万里", "大鹏", "天佑", "子轩", "浩然", "宇航", "鹏飞", "思远",
    "伟", "勇", "军", "磊", "涛", "超", "鹏", "斌", "杰", "波", "辉", "刚",
    "健", "亮", "峰", "毅", "凯", "旭", "栋", "昊", "坤", "锋", "洋", "帆",
    "建平", "新民", "保国", "爱民", "耀武", "世杰", "成林", "福来", "兴旺", "继业", "守信", "克勤",
    "家栋", "国栋", "卫国", "江涛", "洪波", "立军",
)  # fmt: skip
_WOMEN = (
    "秀英", "桂兰", "玉梅", "淑珍", "丽华", "春燕", "海霞", "晓红", "雪梅", "建华", "红梅", "翠萍",
    "慧敏", "静怡", "雅琴", "美玲", "晓娟", "文静", "敏", "静", "丽", "娟", "艳", "霞",
    "芳", "燕", "玲", "萍", "婷", "颖", "琳", "洁", "倩", "蕾", "欣", "悦",
    "薇", "思雨", "佳怡", "若楠", "晨曦", "雨桐", "梦瑶", "立娟", "爱华", "凤英", "秋菊", "冬梅",
    "玉洁", "诗涵", "佩玲", "亚男", "金凤",
)  # fmt: skip
_COMPOUND = ("欧阳", "上官", "诸葛", "尉迟", "司马", "令狐")
_DOTTED_MEN = ("买买提江·吐尔逊", "热合曼·艾合买提江", "阿不都拉·卡迪尔", "斯琴·巴特尔")
_DOTTED_WOMEN = ("阿依古丽·买买提", "古丽米热·艾合买提", "迪丽努尔·阿不都热西提")


def person(seed: int, number: int, *, female: bool) -> str:
    """Return the name of the ``number``-th person."""
    bits = mixed(seed, number, 11)
    given = _WOMEN if female else _MEN
    if bits % 251 == 0:
        dotted = _DOTTED_WOMEN if female else _DOTTED_MEN
        return dotted[bits // 251 % len(dotted)]
    # Squaring the share makes the first surnames the common ones.
    place = (bits >> 16 & 0xFFFF) / 65536
    surname = _SURNAMES[int(place * place * len(_SURNAMES))]
    if bits % 97 == 0:
        surname = _COMPOUND[bits // 97 % len(_COMPOUND)]
    return surname + given[(bits >> 40) % len(given)]


def unusual(place: int) -> str:
    """Return one of the names that try fonts and sorting, by turns."""
    return _UNUSUAL[place % len(_UNUSUAL)]


_UNUSUAL = (
    "李㛃",
    "王䶮",
    "陈𬱖",
    "赵𠅤",
    "阿依古丽·买买提",
    "买买提江·吐尔逊",
    "单志刚",
    "尉迟敬",
    "翟永红",
    "古丽米热·艾合买提",
    "曾翟",
    "欧阳振华",
)
