"""A number that names a person is found also where somebody tries to get it past the check."""

from __future__ import annotations

import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.importing.folder import read_folder
from domain.privacy import Personal, find_personal, may_name_a_person
from domain.privacy.digits import fold
from domain.privacy.personal import look_closely, mask_personal
from tests.domain.privacy.test_personal import MOBILES, grouped, id_number, kind_of

ADULT = "330881198001011233"
BORN_2001 = "330881200101011230"
DIGITS = sorted(chr(code) for code in range(sys.maxunicode) if unicodedata.digit(chr(code), None) is not None)
UNSEEN = [
    chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) in {"Cf", "Mn", "Me"}
]
SPACES = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) in {"Zs", "Pd"}]


def written(number: str, zero: str) -> str:
    """Write a number with the ten digits that begin with `zero`."""
    return number.translate({ord("0") + value: ord(zero) + value for value in range(10)})


def test_the_numbers_used_here_fit() -> None:
    assert id_number("330881", "19800101", 123) == ADULT
    assert id_number("330881", "20010101", 123) == BORN_2001


@pytest.mark.parametrize(
    "after", ["分红", "分红款", "万小明", "元月工资", "亿达公司", "万元户补助", "分给各户"]
)
def test_a_word_that_begins_like_a_unit_excuses_nothing(after: str) -> None:
    assert kind_of(f"给 13812345678 {after}") is Personal.PHONE
    assert kind_of(f"给13812345678{after}") is Personal.PHONE
    assert kind_of(f"给 330881620305123 {after}") is Personal.ID_NUMBER
    assert kind_of(f"{BORN_2001}{after}") is Personal.ID_NUMBER


@pytest.mark.parametrize("after", ["元", "元整", "元正", "万元", "万", "亿元。", " 元，付清", "分", ".00"])
def test_an_amount_is_let_through_but_an_id_number_is_none(after: str) -> None:
    for before in ("金额 ", "合计", "工程款", "￥", "共计：", "人民币"):
        assert find_personal(f"{before}13800138000{after}") is None
        assert kind_of(f"{before}{BORN_2001}{after}") is Personal.ID_NUMBER
        assert kind_of(f"{before}6222021201001234569{after}") is Personal.BANK_CARD


@pytest.mark.parametrize("after", ["元", "万", "万元", "分", ".00", "元整", "亩", "人", "户"])
def test_a_unit_alone_makes_no_amount(after: str) -> None:
    for number in ("13812345678", "138 1234 5678", "138-1234-5678"):
        assert kind_of(f"付张三{number}{after}") is Personal.PHONE
        assert kind_of(f"手机费{number}{after}") is Personal.PHONE
    assert kind_of(f"张三330881620305123{after}") is Personal.ID_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "008613812345678",
        "0086 138 1234 5678",
        "+86-138-1234-5678",
        "138_1234_5678",
        "138__1234__5678",
        "138 - 1234 - 5678",
        "138——1234——5678",
        "138(1234)5678",
        "Tel13812345678",
        "TEL：13812345678",
        "ｔｅｌ13812345678",
        "℡13812345678",
        "Mobile13812345678",
        "phone13812345678",
        "138/1234/5678",
        "138~1234~5678",
        "138～1234～5678",
        "138、1234、5678",
        "138；1234；5678",
        "138：1234：5678",
        "138。1234。5678",
        "138“1234”5678",
        "138'1234'5678",
        "138【1234】5678",
        "138《1234》5678",
        "138#1234#5678",
        "138@1234@5678",
        "138……1234……5678",
        "138    1234    5678",
        "138 -- 1234 -- 5678",
        "138-1234 5678",
        "138 1234-5678",
        "+86 (138) 1234-5678",
        "+08613812345678",
        "13812 345678",
        "138123-45678",
        "13812345 678",
        "138 12345 678",
        "138 1234 56 78",
        "T13812345678",
        "wx13812345678",
        "vx13812345678",
        "cell13812345678",
        "Tel13812345678A",
        "13812345678x",
        "138\t1234\n5678",
        "壹叁捌壹贰叁肆伍陆柒捌",
        "幺三八幺二三四五六七八",
        "138，1234，5678",
        "1、3、8、1、2、3、4、5、6、7、8",
        "13 81 23 45 67 8",
        "138 12 34 56 78",
        "1 38 12 34 56 78",
        "1.3.8.1.2.3.4.5.6.7.8",
        "13.81.23.45.67.8",
        "编号13812345678",
        "单号13812345678",
        "合同张三13812345678",
        "项目联络13812345678",
        "①③⑧①②③④⑤⑥⑦⑧",
        "❶❸❽❶❷❸❹❺❻❼❽",
        "¹³⁸¹²³⁴⁵⁶⁷⁸",
        "₁₃₈₁₂₃₄₅₆₇₈",
        "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e38",
        "1\u03323\u03328\u033212345678",
        "138\u31641234\u31645678",
        "5㎡13812345678",
        "⑩13812345678",
        "一三八一二三四五六七八",
        "一三八 一二三四 五六七八",
        "一三八—〇〇零○—五六七八",
    ],
)
def test_mobile_numbers_in_disguise_are_found(text: str) -> None:
    for whole in (text, f"付张三{text}", f"{text}，代领", f"{text}分红"):
        assert kind_of(whole) is Personal.PHONE, whole


@pytest.mark.parametrize(
    "zero", ["0", "０", "𝟎", "𝟘", "𝟬", "𝟶", "\u0660", "\u06f0", "\u0966", "\u0e50", "\u0f20"]
)
def test_the_digits_of_any_script_are_digits(zero: str) -> None:
    assert kind_of(written("13812345678", zero)) is Personal.PHONE
    assert kind_of(written(ADULT, zero)) is Personal.ID_NUMBER
    assert kind_of(written("4111111111111111", zero)) is Personal.BANK_CARD


@pytest.mark.parametrize(
    "text",
    [
        "330881 1980年01月01日 1233",
        "3308811980年1月1日1233",
        "330881（1980年1月1日）1233",
        "330881 1980.01.01 1233",
        "330881-1980/01/01-1233",
        "330881/19800101/1233",
        "330881、19800101、1233",
        "33 0881 1980 0101 1233",
        "ID330881198001011233",
        "项目330881198001011233元",
        "项目编号：330881198001011233",
        "编号330881200101011230",
        "sfzh330881198001011233",
        "No330881198001011233",
        "ID330881200101011230A",
        "zhang-330881198001011233",
        "11010119900307002×",
        "11010119900307002Ｘ",
        "11010119900307002\u0425",
    ],
)
def test_id_numbers_in_disguise_are_found(text: str) -> None:
    assert kind_of(f"张三{text}，代领") is Personal.ID_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "合同编号15202600015",
        "单号：15202600015",
        "编号 15202600015",
        "编号：15202600015",
        "发票号码：13912345678",
        "项目编号 330881202603050012",
        "三户分别补助150、1200、3000元",
        "三批树苗150、1200、3000株",
        "第一、二、三、四、五、六、七、八、九、十、十一组",
        "第1、3、4、5、6、7、8、9、10、11、12组",
        "各组到会1、3、2、1、2、3、1、2、1、3、2、1、2人",
        "13、14、15、16、17、18组",
        "二〇二六年一月一日至二〇二六年十二月三十一日",
        "2026.3.5 2026.3.6 2026.3.7",
        "2026/03/05、2026/03/06、2026/03/07",
        "2026年3月5日、2026年3月6日",
        "科目151/20260305",
        "1.5 2.5 3.5 4.5 5.5 6.5",
        "房号1-3-8、1-3-9、2-1-1",
        "水表 1380 1395 电表 1520 1533",
        "补助1380元、1234户",
        "补助138、1234、5678元",
        "各组142、4060、5961、442、79",
        "138、1234、5678平方米",
        "1、3、8、1、2、3、4、5、6、7、8组",
        "138#1234#5678#",
        "树苗：138；水泥：1234；沙：5678",
        "￥138、￥1234、￥5678",
        "木板 150×1200×2400 毫米",
        "规格150*1200*2400",
        "比例15%、1234%、5678",
        "会议 13:30-17:30；14:00-15:00",
        "138+1234+5678=7050",
        "科目 151 20260305",
        "第13812345678号发票",
        "D13812345678",
        "13812345678ABC",
        "IMG_20260305_134512.jpg",
        "http://village.example/d13812345678",
        "承包期2026.01.01-2055.12.31 面积138.12亩",
        "收据0013812-0013850",
        "宗地330881001012JC00138",
        "浙H12345、浙H·54321",
        "91330881123456789X",
        "壹拾叁万捌仟壹佰贰拾元整",
        "北纬28°44′13″东经118°37′12″",
    ],
)
def test_lists_dates_and_labelled_numbers_are_let_through(text: str) -> None:
    assert find_personal(text) is None


@pytest.mark.parametrize("village", ["shalong", "xiaohe"])
def test_the_examples_have_no_hit(village: str) -> None:
    path = Path(__file__).parents[3] / "examples" / village
    folder = read_folder(path)
    texts = [text for row in (*folder.opening, *folder.journal) for text in row.row.cells.values()]
    texts += (path / "book.toml").read_text(encoding="utf-8").splitlines()
    assert [text for text in texts if look_closely(text)] == []
    assert sum(may_name_a_person(text.encode()) for text in texts) <= 3


ALPHABET = st.one_of(
    st.sampled_from("01234567890123456789"),
    st.sampled_from(" -_.()/~、，,～—·xX年月日元分"),
    st.sampled_from("一三八〇零二四五六七九○"),
    st.sampled_from(DIGITS),
    st.sampled_from(UNSEEN + SPACES),
)


@given(st.text(ALPHABET, max_size=60))
@example("330881 1980年01月01日 1233")
def test_whatever_is_found_gets_past_the_quick_look(text: str) -> None:
    if look_closely(text):
        assert may_name_a_person(text.encode())


@pytest.mark.parametrize(
    "piece",
    [
        "13",
        "1 ",
        "1-",
        "1.",
        "1.1",
        "12:",
        "1a",
        "a1",
        "138、",
        "138 1234 5678a",
        "一三八 ",
        "330881 1980年1月",
    ],
)
def test_a_text_of_ten_times_the_length_takes_ten_times_as_long(piece: str) -> None:
    def seconds(length: int) -> float:
        text = f"{piece * (length // len(piece))}a"
        begun = time.process_time()
        mask_personal(text)
        return time.process_time() - begun

    least = min(seconds(600) for _ in range(5))
    assert min(seconds(6_000) for _ in range(2)) < 30 * least + 0.1  # squared, it would be a hundred times


@given(MOBILES, st.lists(st.integers(0, 11), max_size=4), st.sampled_from(["", *UNSEEN, *SPACES]), st.data())
def test_mobile_numbers_get_past_the_quick_look(
    number: str, places: list[int], between: str, data: st.DataObject
) -> None:
    drawn = [
        data.draw(st.sampled_from([one for one in DIGITS if unicodedata.digit(one) == int(digit)]))
        for digit in number
    ]
    for place in sorted(set(places), reverse=True):
        drawn.insert(place, between)
    assert may_name_a_person("".join(drawn).encode())


def test_every_sign_that_is_dropped_or_sets_apart_gets_past_the_quick_look() -> None:
    signs = [sign for sign in map(chr, range(0x110000)) if not 0xD800 <= ord(sign) < 0xE000]
    passing = [sign for sign in signs if fold(sign) in {"", *" -/().,:#"}]
    assert len(passing) > 2000
    for sign in passing:
        assert may_name_a_person(f"13800{sign}13800".encode()), hex(ord(sign))
    for digit in DIGITS:
        assert fold(digit) == str(unicodedata.digit(digit))
        assert may_name_a_person(f"13800{digit}1380".encode()), hex(ord(digit))


@given(MOBILES, st.sampled_from(["", " ", "-", "\u200b", "、"]), st.sampled_from(["", "张三", "1\u20e3、"]))
def test_a_masked_text_says_all_but_the_number(number: str, gap: str, before: str) -> None:
    text = f"{before}：{grouped(number, [3, 4], gap)}，代领；{number}"
    masked = f"{number[:3]}…{number[-2:]}"
    assert mask_personal(text) == f"{before}：{masked}，代领；{masked}"
