"""Points in time in natural sentences, the traps that are none, and properties that hold for any text."""

import random
import time
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.text.festivals import NAMES, festival_date
from kefu.text.times import find_times

NOW = datetime(2026, 11, 25, 15, 30, 45)  # a Wednesday

# The references of a sentence in square brackets, and their values.
FOUND = [
    ("[昨天下午三点]扣的", "2026-11-24T15:00"),
    ("[昨天]扣的", "2026-11-24"),
    ("[昨儿]充的", "2026-11-24"),
    ("[前天]", "2026-11-23"),
    ("[大前天]就退了", "2026-11-22"),
    ("[前天夜里12点多]", "2026-11-24T00:00"),
    ("[今早]", "2026-11-25"),
    ("[昨晚]转的", "2026-11-24"),
    ("[昨晚8点]", "2026-11-24T20:00"),
    ("[昨晚23:47]那笔", "2026-11-24T23:47"),
    ("[今天上午10:20]", "2026-11-25T10:20"),
    ("[今天上午十点零五]", "2026-11-25T10:05"),
    ("[明天]能到吗", "2026-11-26"),
    ("[后天]", "2026-11-27"),
    ("[昨天的下午]", "2026-11-24"),
    ("[昨天晚上大概8点]", "2026-11-24T20:00"),
    # weeks start on Monday
    ("[上周五]", "2026-11-20"),
    ("[上周日]", "2026-11-22"),
    ("[上上周五]", "2026-11-13"),
    ("[上个礼拜天]那一笔", "2026-11-22"),
    ("[上周四晚上]烧烤摊付了多少", "2026-11-19"),
    ("[这周一]", "2026-11-23"),
    ("[本周五]", "2026-11-27"),
    ("[下周一]", "2026-11-30"),
    ("[周三]", "2026-11-25"),
    ("[周四]", "2026-11-19"),
    ("[礼拜天]", "2026-11-22"),
    ("[星期二]", "2026-11-24"),
    ("[上周三八点]", "2026-11-18T08:00"),
    ("[周五下午]提的是不是得[周一]才到", "2026-11-20 2026-11-23"),
    # dates
    ("[11月20号晚上8点半]", "2026-11-20T20:30"),
    ("[１１月２０号]", "2026-11-20"),
    ("[11月20]充了200", "2026-11-20"),
    ("[十一月二十号]", "2026-11-20"),
    ("[12月25]", "2025-12-25"),
    ("[11月20号(周五)晚上8点]", "2026-11-20T20:00"),
    ("[八月二十号那天]我付给谁了", "2026-08-20"),
    ("[去年12月15号]", "2025-12-15"),
    ("[2月29号]", "2024-02-29"),
    ("[2026-11-20 08:30]", "2026-11-20T08:30"),
    ("[2026-11-20T08:30:15]", "2026-11-20T08:30"),
    ("[2026/11/20]", "2026-11-20"),
    ("[2026.11.20]", "2026-11-20"),
    ("[2026年11月20日08:30]", "2026-11-20T08:30"),
    ("[26年11月20号]", "2026-11-20"),
    ("[二零二六年十一月二十号]", "2026-11-20"),
    ("[11.20]充的", "2026-11-20"),
    ("[11.5号]", "2026-11-05"),
    ("[11/20]", "2026-11-20"),
    ("[11-20 08:30]", "2026-11-20T08:30"),
    ("[20号]", "2026-11-20"),
    ("[20日]扣款", "2026-11-20"),
    ("[30号]", "2026-10-30"),
    ("[31号]", "2026-10-31"),
    ("[上个月15号]", "2026-10-15"),
    ("[这个月18号]", "2026-11-18"),
    ("[下个月15号]", "2026-12-15"),
    ("卖家[16号]同意的，[今天]都[22号]了", "2026-11-16 2026-11-25 2026-11-22"),
    # festivals
    ("[国庆节那天]", "2026-10-01"),
    ("[十一那天]", "2026-10-01"),
    ("[去年国庆]", "2025-10-01"),
    ("[2025年国庆节]", "2025-10-01"),
    ("[去年双十一]花了多少", "2025-11-11"),
    ("[春节]", "2026-02-17"),
    ("[除夕]", "2026-02-16"),
    ("[大年初一]", "2026-02-17"),
    ("[元宵节]", "2026-03-03"),
    ("[清明]", "2026-04-05"),
    ("[端午]", "2026-06-19"),
    ("[中秋节晚上8点]", "2026-09-25T20:00"),
    ("[元旦那天]", "2026-01-01"),
    ("[五一]", "2026-05-01"),
    ("[六一儿童节]", "2026-06-01"),
    ("[双十一]", "2026-11-11"),
    ("[双11]", "2026-11-11"),
    ("[双十一8点]", "2026-11-11T08:00"),
    ("[618]", "2026-06-18"),
    ("[圣诞]", "2025-12-25"),
    # told from now
    ("[刚才]扣的", "2026-11-25T15:30"),
    ("[刚刚]", "2026-11-25T15:30"),
    ("[半小时前]", "2026-11-25T15:00"),
    ("[半个小时以前]", "2026-11-25T15:00"),
    ("[十分钟前]", "2026-11-25T15:20"),
    ("[一刻钟前]", "2026-11-25T15:15"),
    ("[两个小时前]", "2026-11-25T13:30"),
    ("[一个半小时前]", "2026-11-25T14:00"),
    ("[24小时前]", "2026-11-24T15:30"),
    ("[三天前]", "2026-11-22"),
    ("[三天之前]就退了", "2026-11-22"),
    ("[两周前]", "2026-11-11"),
    # clocks without a day: the most recent
    ("[凌晨一点]", "2026-11-25T01:00"),
    ("[早上8点]", "2026-11-25T08:00"),
    ("[下午三点一刻]", "2026-11-25T15:15"),
    ("[下午5点]", "2026-11-24T17:00"),
    ("[中午12点]", "2026-11-25T12:00"),
    ("[晚上11点]", "2026-11-24T23:00"),
    ("[8点半]", "2026-11-25T08:30"),
    ("[8点20]扣的", "2026-11-25T08:20"),
    ("[三点五十]", "2026-11-25T03:50"),
    ("[三点多]", "2026-11-25T15:00"),
    ("[10:20]", "2026-11-25T10:20"),
    # an hour from one to six of a day that is over: in the afternoon, unless the night or the morning is spoken of
    ("[昨天3点]在超市买菜", "2026-11-24T15:00"),
    ("[11月20号六点半]", "2026-11-20T18:30"),
    ("[前天1点多]扣的", "2026-11-23T13:00"),
    ("[昨天7点]", "2026-11-24T07:00"),
    ("[昨天3:20]", "2026-11-24T03:20"),
    ("[今天2点]", "2026-11-25T14:00"),
    ("[今天5点]", "2026-11-25T05:00"),
    ("[昨天凌晨3点]", "2026-11-24T03:00"),
    ("[昨天早上6点]", "2026-11-24T06:00"),
    ("[昨天3点]扣的,当时半夜我睡着了", "2026-11-24T03:00"),
    ("[昨天夜里]睡不着,[三点]扣的", "2026-11-24 2026-11-24T03:00"),
    ("[今天早上]才看到,[昨天3点]扣的", "2026-11-25 2026-11-24T15:00"),
    ("半夜常有短信。[昨天3点]扣的", "2026-11-24T15:00"),
    ("[昨天6点半]起床发现扣款", "2026-11-24T06:30"),
    ("[昨天5点]我刚睡醒就看到扣款短信", "2026-11-24T05:00"),
    ("[昨天5点]扣的,[今天]起床才看到", "2026-11-24T17:00 2026-11-25"),
    ("起床才看到[昨天5点]扣的", "2026-11-24T17:00"),
    # a night belongs to the day on whose evening it begins
    ("[晚上12点]", "2026-11-25T00:00"),
    ("[昨晚12点]", "2026-11-25T00:00"),
    ("[昨晚一点]", "2026-11-25T01:00"),
    ("[11月20号晚上12点]", "2026-11-21T00:00"),
    ("[昨天凌晨12点]", "2026-11-24T00:00"),
    ("[昨天零点]", "2026-11-24T00:00"),
    ("[昨天24点]", "2026-11-25T00:00"),
    ("[今天半夜两点]", "2026-11-25T02:00"),
    ("[今晚两点]", "2026-11-26T02:00"),
    # a clock takes the day said before it in the sentence, and the part of the day before 到
    ("[昨天]我在超市[下午三点]付的款", "2026-11-24 2026-11-24T15:00"),
    ("[昨天]充的。[下午三点]到的", "2026-11-24 2026-11-25T15:00"),
    ("[昨晚8点]弄到[10点]", "2026-11-24T20:00 2026-11-24T22:00"),
    ("[今天]一点都不好用", "2026-11-25"),
    ("[刚才]一点登录就闪退", "2026-11-25T15:30"),
    ("扣了11.20,[11.20]扣的", "2026-11-20"),
    ("这都[礼拜五]了", "2026-11-20"),
]

TRAPS = [
    "一点都不好用", "三点建议", "有一点问题", "24小时客服", "3个工作日", "7天无理由", "一天到晚", "95580", "12306",
    "5.0版本", "11.20元", "6位密码", "三分钟热度", "等了三天", "两三天到账", "每天", "半天", "上个月", "11月",
    "去年12月", "去年", "2026年", "", "下午", "晚上", "每天下午三点", "每个月15号就扣我", "每周三", "9点到18点",
    "早上9点到晚上6点", "周一到周五", "周一至周五9:00-18:00", "一周三次", "上周一共充了", "本周一直没到",
    "上周二维码不能用", "7/24小时客服", "7*24小时", "以前天天能用", "说明天气", "20日内", "7日内到账", "七日年化",
    "换大一号", "扣了11.20", "扣了618", "520元", "618元", "尾号1234", "100%", "1/3的钱", "晚一点到账", "早一点",
    "16:9", "127.0.0.1", "第3号", "3号线", "付给1号摊", "提前三天", "几天前", "两三天前", "半天前", "半年前",
    "三个月前", "当天晚上8点", "第二天三点", "去年今天", "国庆期间", "国庆节前", "春节前", "五一节前一天",
    "春节快乐", "订单202611200001", "13:99", "25:00", "2月30号", "13月5号", "iPhone 11.20", "手续费3.05", "马上",
    "上次", "这周", "3天内", "2小时内到账", "有三点要说", "两点:第一", "3笔", "三次", "一百一", "十分钟",
    "100点积分", "月底", "11月20笔", "5.1声道", "8.8折", "99999天前", "0000-11-20", "工作日16:30之后",
]  # fmt: skip


def read_marked(marked):
    """The text without brackets, and the spans that they enclose."""
    text, spans = "", []
    for char in marked:
        if char == "[":
            spans.append([len(text)])
        elif char == "]":
            spans[-1].append(len(text))
        else:
            text += char
    return text, [tuple(span) for span in spans]


@pytest.mark.parametrize(("marked", "values"), FOUND)
def test_finds(marked, values):
    text, spans = read_marked(marked)
    times = find_times(text, NOW)
    assert [found.value for found in times] == values.split()
    assert [(found.start, found.end) for found in times] == spans


@pytest.mark.parametrize("text", TRAPS)
def test_finds_nothing_in(text):
    assert find_times(text, NOW) == []


def test_drops_the_time_zone_of_now():
    (found,) = find_times("刚才", NOW.replace(tzinfo=timezone(timedelta(hours=8))))
    assert found.value == "2026-11-25T15:30"


@pytest.mark.parametrize("now", [datetime.min, datetime.max, datetime(1, 1, 1), datetime(9999, 12, 31, 23)])
def test_ends_of_the_calendar(now):
    for marked, _ in FOUND:
        find_times(read_marked(marked)[0], now)


NOWS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 12, 31))
DAYS = st.dates(date(1990, 1, 1), date(2049, 12, 31))


@settings(max_examples=100)
@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y年%m月%d号"]), NOWS)
def test_reads_back_full_dates(day, form, now):
    assert [found.value for found in find_times(day.strftime(f"{form}扣的"), now)] == [day.isoformat()]


@settings(max_examples=100)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2049, 12, 31)), NOWS)
def test_reads_back_moments(moment, now):
    expected = moment.isoformat(timespec="minutes")
    assert [found.value for found in find_times(f"{moment:%Y-%m-%d %H:%M}", now)] == [expected]
    assert [found.value for found in find_times(f"{moment:%Y年%m月%d日 %H点%M分}", now)] == [expected]


@settings(max_examples=100)
@given(NOWS, st.integers(0, 364))
def test_a_date_without_year_is_the_most_recent(now, days):
    day = now.date() - timedelta(days=days)
    if (day.month, day.day) != (2, 29):
        assert [found.value for found in find_times(f"{day.month}月{day.day}号", now)] == [day.isoformat()]


@settings(max_examples=100)
@given(NOWS, st.integers(0, 6))
def test_a_bare_weekday_is_the_most_recent(now, days):
    day = now.date() - timedelta(days=days)
    assert [found.value for found in find_times(f"周{'一二三四五六日'[day.weekday()]}", now)] == [day.isoformat()]


@settings(max_examples=100)
@given(
    NOWS,
    st.sampled_from(
        ["下午三点", "8点半", "凌晨一点", "晚上12点", "三点", "23:59", "20号", "31号", "春节", "国庆", "2月29号"]
    ),
)
def test_what_names_no_day_or_year_is_past(now, text):
    for found in find_times(text, now):
        assert datetime.fromisoformat(found.value) <= now


@pytest.mark.parametrize("name", NAMES)
def test_festivals_have_a_day_each_year_of_the_table(name):
    assert all(festival_date(name, year).year == year for year in range(2018, 2037))


def test_lunar_festivals_outside_the_table_have_no_day():
    assert find_times("1990年春节", NOW) == []
    assert find_times("中秋", datetime(2090, 1, 1)) == []


TOKENS = [
    "昨天", "前天", "明天", "大前天", "上周", "周", "一", "三", "五", "日", "天", "晚上", "下午", "凌晨", "夜里",
    "11月", "20号", "11.20", "11/20", "2026-", "10:20", "点", "半", "8", "12", "十", "刻", "前", "后", "半小时",
    "个", "两", "国庆", "春节", "去年", "每", "到", "至", "-", "的", ",", "。", "刚才", "现在", "元", "扣了",
    "上个月", "号", "小时", "分",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=16).map("".join) | st.text(max_size=60), st.datetimes())
def test_any_text(text, now):
    times = find_times(text, now)
    assert all(0 <= found.start < found.end <= len(text) for found in times)
    assert all(first.end <= second.start for first, second in zip(times, times[1:], strict=False))
    for found in times:
        assert datetime.fromisoformat(found.value).isoformat(timespec="minutes").startswith(found.value)


RANDOM = random.Random(1)
HOSTILE = [
    "1", "一", "点", "十", "的", "上", "每", "前", ":", "1:", "1.", "一点", "3点", "3点 ", "昨天3点 ", "今天",
    "上周", "晚上的", "9点到", "3天前", "11月2", "11.20 ", "11/20,", "10:20 ", "2026-1", "十一月", "20号", "618 ",
    "1w", "三百", "1" + ",111" * 1000, "".join(chr(RANDOM.randrange(0xD800)) for _ in range(1000)),
    "".join(RANDOM.choice("0123456789零一二三十百点半时分日号月年周上下昨今前晚:-/. 的到每") for _ in range(1000)),
]  # fmt: skip


@pytest.mark.parametrize("seed", HOSTILE, ids=range(len(HOSTILE)))
def test_long_hostile_text_takes_linear_time(seed):
    text = (seed * (100_000 // len(seed) + 1))[:100_000]
    started = time.thread_time()
    find_times(text, NOW)
    assert time.thread_time() - started < 40  # 0.05–0.9 s as a rule; minutes if it were quadratic
