"""Names are found by the initials of their characters, each with all its readings, whatever browser asks."""

from __future__ import annotations

import pytest

from api.initials import initials


@pytest.mark.parametrize(
    ("characters", "letter"),
    [
        ("路绿流零楼领旅六令刘龙陆林", "l"),
        ("入如日荣容融人任让", "r"),
        ("他她它塌踏", "t"),
        ("收水四苏", "s"),
        ("阿爱奥", "a"),
        ("八部", "b"),
        ("擦错", "c"),
        ("搭多", "d"),
        ("鹅二", "e"),
        ("发付", "f"),
        ("嘎过", "g"),
        ("哈货", "h"),
        ("机均", "j"),
        ("卡扩", "k"),
        ("妈木", "m"),
        ("拿诺", "n"),
        ("怕铺", "p"),
        ("七群", "q"),
        ("挖物", "w"),
        ("西训", "x"),
        ("丫运", "y"),
        ("杂作", "z"),
        ("哦欧", "o"),
        ("曾庄章", "z"),
    ],
)
def test_a_character_begins_with_its_letter(characters: str, letter: str) -> None:
    assert [one for one in characters if letter not in "".join(initials(one))] == []


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("银行存款", "yhck"),
        ("长期投资", "cqtz"),
        ("补助收入", "bzsr"),
        ("其他收入", "qtsr"),
        ("租赁收入", "zlsr"),
        ("会计服务费", "kjfwf"),
        ("路灯（二期）A1 号", "ldeqa1h"),
        ("Ｂ区绿化", "bqlh"),
        ("—·。", ""),
        ("", ""),
    ],
)
def test_the_first_letters_are_those_of_the_words(name: str, first: str) -> None:
    assert "".join(letters[0] for letters in initials(name)) == first


def test_other_readings_follow() -> None:
    assert initials("行") == ("xh",)
    assert "h" in initials("银行")[1]
    assert "x" in initials("银行")[1]
    assert {"z", "c"} <= set(initials("长")[0])
