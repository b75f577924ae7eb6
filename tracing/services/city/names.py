"""Names of invented people and places. Nobody is meant."""

from random import Random

SURNAMES = (
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程",
    *"苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦邱江尹薛段雷侯龙史陶黎贺顾毛郝龚邵",
    *("欧阳", "上官", "司徒", "诸葛"),
)
# Common surnames are far more common than the rest; the curve is a guess.
_HEAVINESS = tuple(1 / (rank + 8) for rank in range(len(SURNAMES)))
_GIVEN = {
    "M": "伟刚勇毅俊峰强军平东文辉明永健志义兴海波宁福生龙元胜学祥武新利清飞彬信杰涛成康星光达安"
    "岩进林坚和博诚震思豪承乐松庆磊民裕哲超浩亮政谦奇翰宏鸣斌栋维启翔旭鹏泽晨建家德泰琛楠航弘",
    "F": "芳娜敏静秀娟英慧巧美玲桂洁梅琳雪爱霞香月媛艳瑞佳嘉琼珍莉晶妍茜秋珊锦倩婷婉娴瑾颖露瑶怡"
    "雁蓓荷丹蓉君琴蕊薇菁梦岚婕馨韵艺咏澜纯毓悦昭冰羽希宁欣柔竹晓云文思清若安雅诗语心",
}
_ABROAD = {
    "M": ("Liam", "Noah", "Kenji", "Minjun", "Arjun", "Luca", "Mateo", "Omar", "Ivan", "Somchai"),
    "F": ("Emma", "Olivia", "Yuki", "Seoyeon", "Priya", "Giulia", "Sofia", "Aisha", "Anna", "Mali"),
}
_FAMILY = (
    *("Tanaka", "Kim", "Sharma", "Rossi", "Garcia", "Haddad", "Petrov", "Smith", "Müller", "Tan"),
    *(
        "Nguyen",
        "Dubois",
        "Silva",
        "Jansen",
        "Okafor",
        "Suzuki",
        "Park",
        "Brown",
        "Larsen",
        "Cohen",
    ),
)

# Parts of street and shop names with their spelling in Latin letters.
FIRST = (
    *(("云", "Yun"), ("兰", "Lan"), ("松", "Song"), ("梅", "Mei"), ("柳", "Liu"), ("桂", "Gui")),
    *(("枫", "Feng"), ("荷", "He"), ("莲", "Lian"), ("杏", "Xing"), ("禾", "He"), ("菱", "Ling")),
    *(("芦", "Lu"), ("樟", "Zhang"), ("榆", "Yu"), ("茗", "Ming"), ("棠", "Tang")),
)
SECOND = (
    *(("桥", "qiao"), ("溪", "xi"), ("湾", "wan"), ("泾", "jing"), ("园", "yuan"), ("亭", "ting")),
    *(("塘", "tang"), ("渡", "du"), ("墩", "dun"), ("荡", "dang"), ("屿", "yu")),
)


def surname(rng: Random) -> str:
    """A surname, common ones more often."""
    drawn: list[str] = rng.choices(SURNAMES, _HEAVINESS)
    return drawn[0]


def given_name(rng: Random, sex: str) -> str:
    """One or two characters."""
    characters = _GIVEN[sex]
    first = rng.choice(characters)
    return first + rng.choice(characters) if rng.random() < 0.8 else first


def foreign_name(rng: Random, sex: str) -> str:
    """Given name and family name in Latin letters."""
    return f"{rng.choice(_ABROAD[sex])} {rng.choice(_FAMILY)}"


def place_name(number: int) -> tuple[str, str]:
    """A two-character place name in Chinese and Latin letters: another one for each number."""
    # 17 and 11 share no factor, so the pairs repeat only after 187 numbers.
    first, second = FIRST[number % len(FIRST)], SECOND[number % len(SECOND)]
    return first[0] + second[0], first[1] + second[1]
