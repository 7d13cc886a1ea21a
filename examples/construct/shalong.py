"""Three years of the large invented village (沙垄村): what its calendar brings, month by month."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from accounts import HOUSEHOLDS, OPENING
from journal import Journal
from voucher import BANK, CASH, SPECIAL, Lines, Voucher, pay, receive, yuan

BOOK = """\
# 本村及其全部账目均为虚构，仅供演示。
# This village and all its accounts are invented, for demonstration only.
[book]
id = "N2330881MF0000013Y"
name = "沙垄村股份经济合作社（虚构示例）"
division = "330881101201"
chart = "rural-collective-2024"
opened = "2024-01"
closed_through = "2026-09"

[people]
township = "清溪镇农经服务中心（虚构）"
accountant = "周会计（虚构）"
cashier = "吴出纳（虚构）"
head = "郑理事长（虚构）"
supervisor = "王监事长（虚构）"
"""


@dataclass
class Shalong(Journal):
    """The village's business; its chance gives the amounts, the same in every run."""

    chance: random.Random = field(default_factory=lambda: random.Random(20240101))

    def between(self, low: float, high: float) -> int:
        """Return an amount in fen with yuan and jiao."""
        return self.chance.randrange(yuan(low), yuan(high), 10)

    def month(self, year: int, month: int) -> None:
        """Write a month: the ordinary business, what the calendar brings, and what the year's end brings."""
        vouchers = [
            *self.income(year, month),
            *self.running(month),
            *self.upkeep(month),
            *self.works(year, month),
        ]
        vouchers += self.corrections(year, month)
        self.begin()
        for voucher in sorted(vouchers, key=lambda one: one.day):
            for one in (*self.withdrawal(voucher), voucher):
                self.write(year, month, one)
        for voucher in self.month_end(month):
            self.write(year, month, voucher)

    def income(self, year: int, month: int) -> list[Voucher]:
        """Return the month's receipts: leases, contracting out, tea, water, subsidies, interest."""
        found = [
            receive(6, "收沿街店面租金（1 至 3 号）", "50102", yuan(5_400)),
            receive(9, f"收自来水费（{month} 月）", "50104", self.between(2_600, 4_100), CASH),
            Voucher(10, "自来水费现金解存基本户", [(BANK, yuan(2_000)), (CASH, -yuan(2_000))]),
            receive(18, "收快递驿站场地费", "50102", yuan(800)),
            receive(22, "收农机服务费", "50104", self.between(300, 1_900), CASH),
        ]
        if month % 3 == 1:
            found.append(
                Voucher(5, "应收标准厂房本季度租金", [("1120101", yuan(48_000)), ("50102", -yuan(48_000))])
            )
            found.append(receive(16, "收到标准厂房本季度租金", "1120101", yuan(48_000)))
        if month % 3 == 0:
            found.append(receive(21, "基本户利息", "50401", self.between(180, 520)))
            found.append(receive(21, "专户利息", "50401", self.between(300, 700), SPECIAL))
            found.append(receive(12, "村级组织运转经费补助", "50301", yuan(30_000)))
        if month == 1:
            for pond, rent in (("东塘", 12_600), ("西塘", 9_800), ("水库", 26_000), ("后山果园", 18_500)):
                found.append(receive(11, f"收{pond}{year} 年承包款", "50103", yuan(rent)))
        if month in {4, 5, 9}:
            found += [
                receive(14 + i, f"销售茶叶第 {i + 1} 批", "50101", self.between(6_000, 15_000))
                for i in range(3)
            ]
        if month == 6:
            found.append(receive(28, "乡联合物业公司分红", "502", yuan(36_000)))
        return found

    def running(self, month: int) -> list[Voucher]:
        """Return what running the village costs."""
        wages = yuan(16_800)
        tax = yuan(45.6)
        found = [
            Voucher(8, "发放上月村干部报酬", [("21201", wages), (BANK, -(wages - tax)), ("21403", -tax)], 2),
            Voucher(14, "缴纳代扣个人所得税", [("21403", tax), (BANK, -tax)]),
            pay(12, "办公楼电费", "51302", self.between(420, 980)),
            pay(13, "电话与宽带费", "51302", yuan(368)),
        ]
        for _ in range(self.chance.randrange(3, 6)):
            what = self.chance.choice(
                ("打印纸与墨盒", "开水房用品", "公章与印泥", "档案盒", "公示栏喷绘", "灯管插座")
            )
            day = self.chance.randrange(2, 28)
            found.append(pay(day, f"购{what}", "51302", self.between(45, 480), CASH))
        for _ in range(self.chance.randrange(1, 4)):
            where = self.chance.choice(("乡政府", "市农业农村局", "市水利局", "邻村"))
            day = self.chance.randrange(2, 28)
            found.append(pay(day, f"报销到{where}办事车旅费", "51303", self.between(24, 260), CASH))
        for _ in range(self.chance.randrange(1, 4)):
            why = self.chance.choice(("成员代表会议", "山林巡查", "人口核查", "防汛值班", "土地测量"))
            day = self.chance.randrange(3, 28)
            found.append(pay(day, f"{why}误工补贴", "51307", yuan(self.chance.randrange(4, 16) * 50), CASH))
        if month % 2 == 0:
            found.append(pay(17, "成员代表会议资料与茶水", "51304", self.between(160, 640), CASH))
        if month == 1:
            found.append(pay(7, "订阅全年报刊", "51305", yuan(2_380)))
        return found

    def upkeep(self, month: int) -> list[Voucher]:
        """Return what the village does for all: cleaning, lights, water, tea garden, welfare."""
        labour = yuan(9_200)
        found = [
            Voucher(9, "发放上月保洁与管护劳务费", [("21301", labour), (BANK, -labour)], 3),
            pay(15, "路灯电费", "51401", self.between(700, 1_500)),
            pay(19, "垃圾清运费", "51401", self.between(1_800, 2_900)),
            pay(20, "自来水泵房电费", "51103", self.between(900, 1_900)),
        ]
        for _ in range(self.chance.randrange(2, 5)):
            what = self.chance.choice(
                ("更换路灯", "疏通排水沟", "修补村道", "绿化补苗", "公厕维护", "清理河道")
            )
            found.append(pay(self.chance.randrange(3, 28), what, "51401", self.between(180, 1_950)))
        if month in {3, 6, 9, 11}:
            found.append(pay(10, "购茶园肥料", "12101", self.between(2_400, 5_200)))
            found.append(Voucher(16, "茶园领用肥料", [("51101", yuan(2_300)), ("12101", -yuan(2_300))]))
        if month in {4, 5, 9}:
            found.append(pay(25, "茶叶采摘工资", "51101", self.between(5_200, 8_800), CASH, 2))
        if month in {2, 10}:
            occasion = "春节" if month == 2 else "重阳节"
            found.append(pay(6, f"{occasion}慰问七十岁以上老人 86 人", "51407", yuan(8_600), CASH, 3))
        if month in {2, 5, 7, 10}:
            found.append(pay(8, "文化礼堂活动支出", "51408", self.between(900, 3_200)))
        if month in {4, 8, 12}:
            found.append(pay(23, "标准厂房屋面维修", "51102", self.between(1_500, 8_500)))
        if month in {5, 11}:
            found.append(pay(18, "缴纳房产税与城镇土地使用税", "512", yuan(6_912)))
        return found

    def works(self, year: int, month: int) -> list[Voucher]:
        """Return the projects: a field road paid by an earmarked subsidy, waterworks decided one by one."""
        found = []
        if (year, month) == (2024, 5):
            found.append(receive(13, "收后山机耕路财政补助首期", "24101", yuan(180_000), SPECIAL))
        if year == 2024 and month in {7, 9, 11}:
            found.append(pay(26, "支付后山机耕路工程进度款", "15301", yuan(88_000), SPECIAL, 4))
        if (year, month) == (2025, 3):
            found.append(receive(12, "收后山机耕路财政补助尾款", "24101", yuan(120_000), SPECIAL))
            found.append(
                Voucher(20, "后山机耕路工程结算", [("15301", yuan(36_000)), ("21101", -yuan(36_000))], 5)
            )
            found.append(
                Voucher(24, "后山机耕路竣工转固", [("1510203", yuan(300_000)), ("15301", -yuan(300_000))], 3)
            )
            found.append(
                Voucher(
                    24, "补助资金形成资产转公积公益金", [("24101", yuan(300_000)), ("31103", -yuan(300_000))]
                )
            )
        if (year, month) == (2025, 6):
            found.append(pay(20, "支付后山机耕路结算款", "21101", yuan(36_000)))
        if (year, month) == (2025, 8):
            raised = [(f"11301{house:02d}", yuan(150)) for house in range(1, HOUSEHOLDS + 1)]
            total = sum(fen for _, fen in raised)
            found.append(Voucher(5, "应收自来水改造一事一议筹资", [*raised, ("23101", -total)], 2))
            found.append(
                Voucher(
                    15, "收自来水改造一事一议筹资", [(BANK, total), *((one, -fen) for one, fen in raised)]
                )
            )
            found.append(
                Voucher(
                    29,
                    "支付自来水改造款",
                    [("23101", total), ("51103", yuan(4_200)), (BANK, -total - yuan(4_200))],
                    4,
                )
            )
        if month in {3, 6, 9, 12}:
            found.append(pay(20, "支付厂房贷款利息", "51502", yuan(2_175)))
        if month == 12:
            found.append(pay(22, "归还厂房贷款本金", "22101", yuan(40_000)))
        return found

    def corrections(self, year: int, month: int) -> list[Voucher]:
        """Return the year's mistake and its correction: a red voucher cancels, a blue one replaces it."""
        if month not in {3, 8} or year == 2026:
            return []
        wrong, right = yuan(1_260), yuan(1_620)
        booked: Lines = [("51302", wrong), (BANK, -wrong)]
        return [
            Voucher(4, "支付公示栏制作费", booked, 1),
            Voucher(
                25, f"注销 {month} 月 4 日公示栏制作费凭证", [(one, -fen) for one, fen in booked], 0, red=True
            ),
            Voucher(25, f"订正 {month} 月 4 日公示栏制作费凭证", [("51302", right), (BANK, -right)], 1),
        ]

    def month_end(self, month: int) -> list[Voucher]:
        """Return accruals and depreciation, and in December the transfers and the distribution."""
        found = [
            Voucher(31, "计提本月村干部报酬", [("51301", yuan(16_800)), ("21201", -yuan(16_800))]),
            Voucher(31, "计提本月保洁与管护劳务费", [("51401", yuan(9_200)), ("21301", -yuan(9_200))]),
            Voucher(
                31,
                "计提本月折旧",
                [("51306", yuan(4_350)), ("1520101", -yuan(2_950)), ("1520201", -yuan(1_400))],
            ),
        ]
        if month == 12:
            found.append(Voucher(31, "计提茶园本年折旧", [("51101", yuan(9_600)), ("133", -yuan(9_600))]))
        return found

    def year_end(self, year: int) -> None:
        """Transfer the year's income and expense, then distribute by the charter."""
        for summary, first in (("结转本年收入", "50"), ("结转本年支出", "51")):
            lines = [
                (one, -fen) for one, fen in sorted(self.balances.items()) if one.startswith(first) and fen
            ]
            self.write(year, 12, Voucher(31, summary, [*lines, ("321", -sum(fen for _, fen in lines))], 0))
        net = -self.balances["321"]
        self.write(year, 12, Voucher(31, "结转本年净收益", [("321", net), ("32202", -net)], 0))
        reserve = net * 30 // 100
        share = net * 40 // 100 // HOUSEHOLDS // 100 * 100
        self.write(
            year, 12, Voucher(31, "按章程提取公积公益金 30%", [("3220101", reserve), ("31101", -reserve)], 1)
        )
        members = [(f"11301{house:02d}", -share) for house in range(1, HOUSEHOLDS + 1)]
        paid = share * HOUSEHOLDS
        self.write(year, 12, Voucher(31, "向成员分配本年收益", [("3220102", paid), *members], 1))
        closing = [("32202", reserve + paid), ("3220101", -reserve), ("3220102", -paid)]
        self.write(year, 12, Voucher(31, "结转各项分配", closing, 0))

    def pay_members(self, year: int) -> None:
        """Pay last year's distribution."""
        owed = [(one, -fen) for one, fen in sorted(self.balances.items()) if one.startswith("11301") and fen]
        total = sum(fen for _, fen in owed)
        if total:
            self.write(year, 1, Voucher(31, f"发放 {year - 1} 年度成员分红", [*owed, (BANK, -total)], 2))


def shalong() -> Shalong:
    """Construct the three years."""
    village = Shalong()
    village.open(OPENING)
    for year in (2024, 2025, 2026):
        for month in range(1, 13):
            village.month(year, month)
            if month == 1:
                village.pay_members(year)
        village.year_end(year)
    return village
