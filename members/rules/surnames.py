"""How surnames are read where a dictionary's first reading is wrong.

Readings are syllable and tone number, ü as v. Source: 现代汉语词典 (第7版), entries marked
〈姓〉; where it gives two, the commoner among living bearers.
"""

from collections.abc import Mapping

SINGLE: Mapping[str, str] = {
    "曾": "zeng1", "单": "shan4", "仇": "qiu2", "翟": "zhai2", "查": "zha1", "解": "xie4",
    "任": "ren2", "区": "ou1", "盖": "ge3", "朴": "piao2", "华": "hua4", "乐": "yue4",
    "员": "yun4", "贠": "yun4", "黑": "he4", "缪": "miao4", "秘": "bi4", "洗": "xian3",
    "折": "she2", "种": "chong2", "郇": "xun2", "隗": "wei3", "葛": "ge3", "甯": "ning4",
    "纪": "ji3", "卜": "bu3", "薄": "bo2", "都": "du1", "干": "gan1", "过": "guo1",
    "哈": "ha3", "角": "jue2", "阚": "kan4", "乜": "nie4", "能": "nai4", "粘": "nian2",
    "那": "na1", "佴": "nai4", "撒": "sa3", "召": "shao4", "少": "shao4", "舍": "she4",
    "覃": "qin2", "相": "xiang4", "燕": "yan1", "要": "yao1", "於": "yu1", "祭": "zhai4",
    "占": "zhan1", "么": "yao1", "句": "gou1", "炅": "gui4", "繁": "po2", "番": "pan1",
    "蔚": "yu4", "藏": "zang1", "会": "gui4", "重": "chong2", "降": "xiang2", "肖": "xiao1",
    "六": "lu4", "适": "kuo4", "逢": "pang2", "俱": "ju1", "揣": "chuai3", "夹": "jia2",
    "塞": "sai4",
}  # fmt: skip

COMPOUND: Mapping[str, tuple[str, str]] = {
    surname: (first, second)
    for surname, first, second in (
        entry.split()
        for entry in (
            "欧阳 ou1 yang2", "太史 tai4 shi3", "端木 duan1 mu4", "上官 shang4 guan1",
            "司马 si1 ma3", "东方 dong1 fang1", "独孤 du2 gu1", "南宫 nan2 gong1",
            "万俟 mo4 qi2", "闻人 wen2 ren2", "夏侯 xia4 hou2", "诸葛 zhu1 ge3",
            "尉迟 yu4 chi2", "公羊 gong1 yang2", "赫连 he4 lian2", "澹台 tan2 tai2",
            "皇甫 huang2 fu3", "宗政 zong1 zheng4", "濮阳 pu2 yang2", "公冶 gong1 ye3",
            "太叔 tai4 shu1", "申屠 shen1 tu2", "公孙 gong1 sun1", "慕容 mu4 rong2",
            "仲孙 zhong4 sun1", "钟离 zhong1 li2", "长孙 zhang3 sun1", "宇文 yu3 wen2",
            "司徒 si1 tu2", "鲜于 xian1 yu2", "司空 si1 kong1", "闾丘 lv2 qiu1",
            "子车 zi3 ju1", "亓官 qi2 guan1", "司寇 si1 kou4", "巫马 wu1 ma3",
            "公西 gong1 xi1", "颛孙 zhuan1 sun1", "壤驷 rang3 si4", "公良 gong1 liang2",
            "漆雕 qi1 diao1", "乐正 yue4 zheng4", "宰父 zai3 fu3", "谷梁 gu3 liang2",
            "拓跋 tuo4 ba2", "夹谷 jia2 gu3", "轩辕 xuan1 yuan2", "令狐 ling2 hu2",
            "段干 duan4 gan1", "百里 bai3 li3", "呼延 hu1 yan2", "东郭 dong1 guo1",
            "南门 nan2 men2", "羊舌 yang2 she2", "微生 wei1 sheng1", "梁丘 liang2 qiu1",
            "左丘 zuo3 qiu1", "东门 dong1 men2", "西门 xi1 men2", "单于 chan2 yu2",
            "第五 di4 wu3", "淳于 chun2 yu2", "纳兰 na4 lan2", "完颜 wan2 yan2",
        )
    )
}  # fmt: skip


def surname_readings(name: str) -> tuple[str, ...]:
    """The readings of the surname at the head of a Han name; empty when no rule is needed.

    Two characters are never a compound surname alone: 欧阳 is then 欧 with the name 阳.
    """
    if len(name) >= 3 and name[:2] in COMPOUND:
        return COMPOUND[name[:2]]
    if name[:1] in SINGLE:
        return (SINGLE[name[0]],)
    return ()
